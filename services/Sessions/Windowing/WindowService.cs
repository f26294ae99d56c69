using Millrace.Sessions.Conversations;
using Millrace.Sessions.Messages;
using Millrace.Sessions.Summaries;

namespace Millrace.Sessions.Windowing;

/// <summary>Which window is wanted.</summary>
/// <param name="TokensMax">Most tokens of all messages together.</param>
/// <param name="HeadId">Last message of the branch: empty for the conversation's head, <see cref="MessageIds.Root"/> for none.</param>
/// <param name="Model">The model whose tokenizer counts; empty for counts as their writers gave them.</param>
/// <param name="KeepLastTurn">Whether the newest turn is in it even where it does not fit.</param>
/// <param name="IncludeFallen">Whether messages that fell out and are not summarised are wanted.</param>
public sealed record WindowRequest(
    int TokensMax, string HeadId = "", string Model = "", bool KeepLastTurn = false, bool IncludeFallen = false);

/// <summary>A window with its texts.</summary>
/// <param name="Messages">The messages, oldest first.</param>
/// <param name="DroppedCount">Messages of the branch that are not in it.</param>
/// <param name="TokenCount">Tokens of the messages.</param>
/// <param name="HeadId">Last message of the branch; empty when it has none.</param>
/// <param name="Uncounted">Messages whose tokens would have to be counted to choose better.</param>
/// <param name="Summary">What is known of those that are not in it, by the whole of what fell out; null when nothing is.</param>
/// <param name="Fallen">The oldest that fell out behind the summary.</param>
public sealed record Window(
    IReadOnlyList<StoredMessage> Messages,
    int DroppedCount,
    int TokenCount,
    string HeadId,
    IReadOnlyList<StoredMessage> Uncounted,
    StoredSummary? Summary,
    IReadOnlyList<StoredMessage> Fallen)
{
    /// <summary>The window of a branch without messages.</summary>
    public static Window Empty { get; } = new([], 0, 0, "", [], null, []);
}

/// <summary>Finds the part of a conversation that a prompt has room for, and what is known of the rest.</summary>
public sealed class WindowService(
    ConversationService conversations, MessageService messages, IMessageStore store, SummaryService summaries)
{
    private const int PathMax = 2048;
    private const int UncountedMax = 256;
    private const int FallenMax = 64;
    private const int BytesMax = 4 * 1024 * 1024;

    /// <summary>Finds the window.</summary>
    public async Task<Window> GetAsync(ConversationKey key, WindowRequest request, CancellationToken cancellationToken)
    {
        var conversation = await conversations.GetAsync(key, cancellationToken);
        if (request.HeadId == MessageIds.Root || (request.HeadId.Length == 0 && conversation.HeadMessageId.Length == 0))
            return Window.Empty;
        var headId = request.HeadId.Length == 0 ? conversation.HeadMessageId : request.HeadId;
        var head = await messages.GetAsync(key, headId, "head_message_id", cancellationToken);
        var newest = await store.PathAsync(key, head.Sequence, request.Model, PathMax, cancellationToken);
        List<PathMessage> path = [.. newest.Reverse()];

        // The message may have been deleted since it was found.
        if (path.Count == 0) return Window.Empty;
        var system = path.Count < path[^1].Depth
            ? await store.FirstSystemAsync(key, head.Sequence, request.Model, cancellationToken)
            : path.Find(message => message.Role == MessageRole.System);
        var window = ConversationWindow.Choose(path, system, request.TokensMax, request.KeepLastTurn);
        return await ReadAsync(key, request, path, window, cancellationToken);
    }

    private async Task<Window> ReadAsync(
        ConversationKey key,
        WindowRequest request,
        IReadOnlyList<PathMessage> path,
        ConversationWindow window,
        CancellationToken cancellationToken)
    {
        var chosen = window.Messages.Select(message => message.Sequence).ToHashSet();
        var uncounted = request.Model.Length == 0 ? [] : Bounded(window.Uncounted, UncountedMax);
        var texts = (await store.ReadAsync(key, [.. chosen.Concat(uncounted).Distinct()], cancellationToken))
            .ToDictionary(message => message.Sequence);
        var known = window.Fallen.Count == 0
            ? new KnownSummary(null, [])
            : await summaries.OfAsync(key, path, window.Fallen, cancellationToken);
        return new Window(
            [.. chosen.Where(texts.ContainsKey).Order().Select(sequence => texts[sequence])],
            path[^1].Depth - chosen.Count,
            window.TokenCount,
            path[^1].Id,
            [.. uncounted.Where(texts.ContainsKey).Select(sequence => texts[sequence])],
            known.Summary,
            request.IncludeFallen ? await FallenAsync(key, known.Uncovered, cancellationToken) : []);
    }

    private Task<IReadOnlyList<StoredMessage>> FallenAsync(
        ConversationKey key, IReadOnlyList<PathMessage> uncovered, CancellationToken cancellationToken) =>
        store.ReadAsync(key, Bounded(uncovered, FallenMax), cancellationToken);

    /// <summary>The first of some messages, as many as may be read at once; at least one.</summary>
    private static List<long> Bounded(IEnumerable<PathMessage> messages, int countMax)
    {
        List<long> taken = [];
        long bytes = 0;
        foreach (var message in messages.Take(countMax))
        {
            bytes += message.Bytes;
            if (bytes > BytesMax && taken.Count > 0) break;
            taken.Add(message.Sequence);
        }

        return taken;
    }
}
