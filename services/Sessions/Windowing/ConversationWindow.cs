using Millrace.Sessions.Messages;

namespace Millrace.Sessions.Windowing;

/// <summary>
/// The part of a branch that a prompt has room for. The first system message is always in it; behind it come the newest turns that
/// fit. A turn is a user message with everything up to the next one, tool calls and their results included: half of a turn misleads a
/// model more than its absence.
/// </summary>
/// <param name="Messages">The messages, oldest first.</param>
/// <param name="Fallen">The messages that are not in it, oldest first.</param>
/// <param name="TokenCount">Tokens of the messages; one that nobody has counted has as many as it has bytes.</param>
/// <param name="Uncounted">Messages whose tokens would have to be counted to choose better, newest first.</param>
public sealed record ConversationWindow(
    IReadOnlyList<PathMessage> Messages, IReadOnlyList<PathMessage> Fallen, int TokenCount, IReadOnlyList<PathMessage> Uncounted)
{
    /// <summary>Chooses the window.</summary>
    /// <param name="path">The newest messages of the branch, oldest first.</param>
    /// <param name="system">The first system message of the branch, or null.</param>
    /// <param name="tokensMax">Most tokens of all messages; what must be in it counts but is never left out.</param>
    /// <param name="keepLastTurn">Whether the newest turn must be in it.</param>
    public static ConversationWindow Choose(IReadOnlyList<PathMessage> path, PathMessage? system, int tokensMax, bool keepLastTurn)
    {
        long used = system is null ? 0 : Tokens(system);
        var first = path.Count;
        while (first > 0)
        {
            var turn = TurnStart(path, first - 1);
            var cost = Others(path, system, turn, first).Sum(message => (long)Tokens(message));
            var mustStay = keepLastTurn && first == path.Count;
            if (used + cost > tokensMax && !mustStay) break;
            used += cost;
            first = turn;
        }

        List<PathMessage> chosen = [.. path.Skip(first)];
        if (system is not null && chosen.All(message => message.Sequence != system.Sequence)) chosen.Insert(0, system);
        List<PathMessage> fallen = [.. Others(path, system, 0, first)];
        return new ConversationWindow(chosen, fallen, (int)Math.Min(used, int.MaxValue), Undecided(path, system, tokensMax));
    }

    /// <summary>No byte-level tokenizer makes more tokens than bytes.</summary>
    private static int Tokens(PathMessage message) => message.Tokens ?? message.Bytes;

    // As far back as the window could reach if what is not counted had no tokens at all.
    private static List<PathMessage> Undecided(IReadOnlyList<PathMessage> path, PathMessage? system, int tokensMax)
    {
        List<PathMessage> uncounted = system is { Tokens: null } ? [system] : [];
        long used = system?.Tokens ?? 0;
        for (var i = path.Count - 1; i >= 0 && used <= tokensMax; i--)
        {
            if (path[i].Sequence == system?.Sequence) continue;
            used += path[i].Tokens ?? 0;
            if (path[i].Tokens is null) uncounted.Add(path[i]);
        }

        return uncounted;
    }

    private static int TurnStart(IReadOnlyList<PathMessage> path, int last)
    {
        while (last > 0 && path[last].Role != MessageRole.User) last--;
        return last;
    }

    private static IEnumerable<PathMessage> Others(IReadOnlyList<PathMessage> path, PathMessage? system, int from, int to) =>
        path.Skip(from).Take(to - from).Where(message => message.Sequence != system?.Sequence);
}
