using System.Text;
using Millrace.Sessions.Conversations;

namespace Millrace.Sessions.Windowing;

/// <summary>
/// The part of a conversation that a prompt has room for. The first system message is always in it; behind it come the newest
/// turns that fit. A turn is a user message with everything up to the next one: half of a turn misleads a model more than its absence.
/// </summary>
/// <param name="Messages">The messages, oldest first.</param>
/// <param name="DroppedCount">Messages of the conversation that are not in it.</param>
/// <param name="TokenCount">Tokens of the messages.</param>
public sealed record ConversationWindow(IReadOnlyList<StoredMessage> Messages, int DroppedCount, int TokenCount)
{
    /// <summary>Chooses the window.</summary>
    /// <param name="recent">The newest messages of the conversation, oldest first.</param>
    /// <param name="system">The first system message, or null.</param>
    /// <param name="tokensMax">Most tokens of all messages; the system message counts but is never left out.</param>
    /// <param name="messageCount">Messages in the whole conversation.</param>
    public static ConversationWindow Choose(IReadOnlyList<StoredMessage> recent, StoredMessage? system, int tokensMax, int messageCount)
    {
        var used = system is null ? 0 : Tokens(system);
        var first = recent.Count;
        while (first > 0)
        {
            var turn = TurnStart(recent, first - 1);
            var cost = CostOf(recent, turn, first, system);
            if (used + cost > tokensMax) break;
            used += cost;
            first = turn;
        }

        List<StoredMessage> chosen = [.. recent.Skip(first)];
        if (system is not null && chosen.All(message => message.Sequence != system.Sequence)) chosen.Insert(0, system);
        return new ConversationWindow(chosen, messageCount - chosen.Count, used);
    }

    /// <summary>Tokens of a message: as its writer counted, else a bound: no byte-level tokenizer makes more tokens than bytes.</summary>
    private static int Tokens(StoredMessage message) =>
        message.Content.TokenCount > 0 ? message.Content.TokenCount : Encoding.UTF8.GetByteCount(message.Content.Content);

    private static int TurnStart(IReadOnlyList<StoredMessage> recent, int last)
    {
        while (last > 0 && recent[last].Content.Role != MessageRole.User) last--;
        return last;
    }

    private static int CostOf(IReadOnlyList<StoredMessage> recent, int from, int to, StoredMessage? system)
    {
        var cost = 0;
        for (var i = from; i < to; i++)
            if (recent[i].Sequence != system?.Sequence) cost += Tokens(recent[i]);
        return cost;
    }
}
