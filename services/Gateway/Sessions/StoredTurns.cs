using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Sessions;

/// <summary>Messages as conversations keep them.</summary>
internal static class StoredTurns
{
    /// <summary>A message to keep.</summary>
    public static Message ToMessage(this ChatTurn turn, string id)
    {
        var message = new Message
        {
            Id = id,
            Role = turn.Role switch
            {
                ChatRole.System => MessageRole.System,
                ChatRole.User => MessageRole.User,
                ChatRole.Tool => MessageRole.Tool,
                _ => MessageRole.Assistant,
            },
            Content = turn.Content,
            Name = turn.Name ?? string.Empty,
            ToolCallId = turn.ToolCallId ?? string.Empty,
        };
        message.ToolCalls.Add(turn.ToolCalls.Select(call => new ToolCall { Id = call.Id, Name = call.Name, Arguments = call.Arguments }));
        return message;
    }

    /// <summary>A message that was kept.</summary>
    public static ChatTurn ToTurn(this Message message) => new(
        message.Role switch
        {
            MessageRole.System => ChatRole.System,
            MessageRole.User => ChatRole.User,
            MessageRole.Tool => ChatRole.Tool,
            _ => ChatRole.Assistant,
        },
        message.Content,
        message.Name.Length == 0 ? null : message.Name)
    {
        ToolCalls = [.. message.ToolCalls.Select(call => new ChatToolCall(call.Id, call.Name, call.Arguments))],
        ToolCallId = message.ToolCallId.Length == 0 ? null : message.ToolCallId,
    };

    /// <summary>All that a message has of words, for counting.</summary>
    public static string Words(this Message message) => message.ToolCalls.Count == 0
        ? message.Content
        : string.Join('\n', message.ToolCalls.Select(call => $"{call.Name} {call.Arguments}").Prepend(message.Content));
}
