using Millrace.Gateway.Citations;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Sessions;

/// <summary>The newest messages of a conversation.</summary>
/// <param name="Turns">The messages, oldest first.</param>
/// <param name="Summary">What is known of those before them; null for nothing.</param>
/// <param name="AnswersAgain">Whether the request's last message is in the conversation already and is to be answered again.</param>
public sealed record ConversationWindow(IReadOnlyList<ChatTurn> Turns, ChatTurn? Summary = null, bool AnswersAgain = false)
{
    /// <summary>The window of a conversation that has no message, and of a request without one.</summary>
    public static ConversationWindow Empty { get; } = new([]);

    /// <summary>How many of its messages did not fit.</summary>
    public int DroppedCount { get; init; }

    /// <summary>Whether the conversation has its system message.</summary>
    public bool HasSystem => Turns.Any(turn => turn.Role == ChatRole.System);

    /// <summary>The whole chat. A system message of the request replaces that of the conversation.</summary>
    public IReadOnlyList<ChatTurn> Before(IReadOnlyList<ChatTurn> messages)
    {
        var replaced = messages.Any(message => message.Role == ChatRole.System);
        List<ChatTurn> turns = [.. Turns.Where(turn => !replaced || turn.Role != ChatRole.System), .. messages];
        if (Summary is not null) turns.Insert(turns[0].Role == ChatRole.System ? 1 : 0, Summary);
        return turns;
    }
}

/// <summary>An answer that goes into a conversation.</summary>
/// <param name="Text">Its text, markers included.</param>
/// <param name="Citations">What the markers point to; stored as the message's annotations.</param>
public sealed record StoredAnswer(string Text, IReadOnlyList<Citation> Citations)
{
    /// <summary>Tools that it calls.</summary>
    public IReadOnlyList<ChatToolCall> ToolCalls { get; init; } = [];
}
