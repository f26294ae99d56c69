using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Runtime;

/// <summary>
/// Calls and their results belong together: a result follows the message that made its call, before anything else is said, and each call
/// of such a message has one.
/// </summary>
internal static class ToolTurns
{
    /// <summary>Checks the messages of a request.</summary>
    /// <param name="turns">The messages.</param>
    /// <param name="continues">Whether a conversation precedes them, whose calls the first ones may answer.</param>
    /// <exception cref="MillraceException">A result has no call, or a call no result; the exception names it by its index.</exception>
    public static void Check(IReadOnlyList<ChatTurn> turns, bool continues)
    {
        var open = new HashSet<string>(StringComparer.Ordinal);
        var (caller, begins) = (0, continues);
        for (var i = 0; i < turns.Count; i++)
        {
            begins &= turns[i].Role == ChatRole.Tool;
            if (turns[i].Role == ChatRole.Tool)
            {
                if (!begins && !open.Remove(turns[i].ToolCallId ?? string.Empty)) throw NoCall(i);
                continue;
            }

            RequireAnswers(open, caller);
            caller = i;
            for (var j = 0; j < turns[i].ToolCalls.Count; j++)
                if (!open.Add(turns[i].ToolCalls[j].Id)) throw SameId(i, j);
        }

        RequireAnswers(open, caller);
    }

    /// <summary>Checks the results that a request begins with against the calls of its conversation.</summary>
    /// <param name="history">What was said before.</param>
    /// <param name="messages">The messages of the request.</param>
    /// <exception cref="MillraceException">A result has no call there; the exception names it by its index.</exception>
    public static void CheckContinuation(IReadOnlyList<ChatTurn> history, IReadOnlyList<ChatTurn> messages)
    {
        if (messages[0].Role != ChatRole.Tool) return;
        var open = OpenCalls(history);
        for (var i = 0; i < messages.Count && messages[i].Role == ChatRole.Tool; i++)
            if (!open.Remove(messages[i].ToolCallId ?? string.Empty)) throw NoCall(i);
        if (open.Count > 0)
            throw MillraceException.InvalidArgument(
                "messages",
                $"The conversation's last message called '{open.First()}' as well. Send the results of all its calls together.");
    }

    /// <summary>
    /// The messages without calls that nobody answered, and without results of calls that are not there: a caller may have given up in
    /// between, or a window may have cut there.
    /// </summary>
    public static IReadOnlyList<ChatTurn> Paired(IReadOnlyList<ChatTurn> turns)
    {
        if (turns.All(turn => turn.Role != ChatRole.Tool && turn.ToolCalls.Count == 0)) return turns;
        List<ChatTurn> paired = [];
        for (var i = 0; i < turns.Count; i++)
        {
            // Results behind a caller are taken with it.
            if (turns[i].Role == ChatRole.Tool) continue;
            if (turns[i].ToolCalls.Count == 0)
            {
                paired.Add(turns[i]);
                continue;
            }

            AddPairs(paired, turns, i);
        }

        return paired;
    }

    private static void AddPairs(List<ChatTurn> paired, IReadOnlyList<ChatTurn> turns, int caller)
    {
        var results = turns.Skip(caller + 1).TakeWhile(turn => turn.Role == ChatRole.Tool)
            .DistinctBy(turn => turn.ToolCallId ?? string.Empty, StringComparer.Ordinal).ToList();
        List<ChatToolCall> answered = [.. turns[caller].ToolCalls.Where(call => results.Exists(result => result.ToolCallId == call.Id))];
        if (answered.Count > 0 || turns[caller].Content.Length > 0) paired.Add(turns[caller] with { ToolCalls = answered });
        paired.AddRange(results.Where(result => answered.Exists(call => call.Id == result.ToolCallId)));
    }

    private static HashSet<string> OpenCalls(IReadOnlyList<ChatTurn> history)
    {
        var open = new HashSet<string>(StringComparer.Ordinal);
        foreach (var turn in history)
            if (turn.Role == ChatRole.Tool) open.Remove(turn.ToolCallId ?? string.Empty);
            else open = [.. turn.ToolCalls.Select(call => call.Id)];
        return open;
    }

    private static void RequireAnswers(HashSet<string> open, int caller)
    {
        if (open.Count > 0)
            throw MillraceException.InvalidArgument(
                $"messages[{caller}].tool_calls",
                $"'messages[{caller}].tool_calls' has the call '{open.First()}' without a result. "
                    + "Send a message of the role \"tool\" for each call, directly behind.");
    }

    private static MillraceException NoCall(int index) => MillraceException.InvalidArgument(
        $"messages[{index}].tool_call_id",
        $"'messages[{index}].tool_call_id' is the id of no open call: a result stands behind the assistant's message that made the call.");

    private static MillraceException SameId(int message, int call) => MillraceException.InvalidArgument(
        $"messages[{message}].tool_calls[{call}].id",
        $"'messages[{message}].tool_calls[{call}].id' is the id of a call before it. Give each call its own.");
}
