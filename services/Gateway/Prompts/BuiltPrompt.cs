using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Retrieval;
using Millrace.Gateway.Runtime;
using ChatRole = Millrace.Gateway.Runtime.ChatRole;

namespace Millrace.Gateway.Prompts;

/// <summary>A prompt that fits its model.</summary>
/// <param name="Turns">The messages.</param>
/// <param name="Passages">The passages in it.</param>
/// <param name="PassagesDropped">Passages that did not fit.</param>
/// <param name="MessagesDropped">Earlier messages that did not fit.</param>
public sealed record BuiltPrompt(
    IReadOnlyList<ChatTurn> Turns, IReadOnlyList<RetrievedPassage> Passages, int PassagesDropped, int MessagesDropped)
{
    /// <summary>No prompt.</summary>
    public static BuiltPrompt Empty { get; } = new([], [], 0, 0);

    /// <summary>Examples in it.</summary>
    public int Examples { get; init; }

    /// <summary>Examples that did not fit.</summary>
    public int ExamplesDropped { get; init; }

    /// <summary>The prompt as the pool takes it.</summary>
    public ChatPrompt ToChat()
    {
        var chat = new ChatPrompt();
        chat.Messages.Add(Turns.Select(Message));
        return chat;
    }

    private static ChatMessage Message(ChatTurn turn)
    {
        var message = new ChatMessage
        {
            Role = Role(turn.Role),
            Content = turn.Content,
            Name = turn.Name ?? string.Empty,
            ToolCallId = turn.ToolCallId ?? string.Empty,
        };
        message.ToolCalls.Add(turn.ToolCalls.Select(call => new ToolCall { Id = call.Id, Name = call.Name, Arguments = call.Arguments }));
        return message;
    }

    private static Contracts.Inference.V1.ChatRole Role(ChatRole role) => role switch
    {
        ChatRole.System => Contracts.Inference.V1.ChatRole.System,
        ChatRole.User => Contracts.Inference.V1.ChatRole.User,
        ChatRole.Tool => Contracts.Inference.V1.ChatRole.Tool,
        _ => Contracts.Inference.V1.ChatRole.Assistant,
    };
}
