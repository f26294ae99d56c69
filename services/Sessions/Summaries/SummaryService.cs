using System.Text;
using Millrace.ServiceDefaults.Errors;
using Millrace.Sessions.Conversations;
using Millrace.Sessions.Messages;

namespace Millrace.Sessions.Summaries;

/// <summary>What is known of messages that fell out of a window.</summary>
/// <param name="Summary">A model's words and the sentences kept; null when there is neither.</param>
/// <param name="Uncovered">Those of them that the model's words do not cover, oldest first.</param>
public sealed record KnownSummary(StoredSummary? Summary, IReadOnlyList<PathMessage> Uncovered);

/// <summary>
/// Keeps what is known of messages that fell out of windows: a model's words, which come later, and sentences found without a model,
/// which are there at once. Each summary belongs to a message and holds for every branch that goes through it.
/// </summary>
public sealed class SummaryService(ConversationService conversations, IMessageStore messages, ISummaryStore store)
{
    private const int TextBytesMax = 16 * 1024;
    private const int KeptMax = 8;
    private const int PathMax = 2048;
    private const int ReadAtOnce = 128;

    /// <summary>What is known of messages that fell out.</summary>
    /// <param name="key">The conversation.</param>
    /// <param name="path">The branch, oldest first.</param>
    /// <param name="fallen">The messages, oldest first; at least one.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<KnownSummary> OfAsync(
        ConversationKey key, IReadOnlyList<PathMessage> path, IReadOnlyList<PathMessage> fallen, CancellationToken cancellationToken)
    {
        var latest = await LatestAsync(key, path, cancellationToken);
        List<PathMessage> uncovered = [.. fallen.Where(message => message.Sequence > (latest?.Sequence ?? 0))];
        var found = await ExtractAsync(key, uncovered, cancellationToken);

        // What is still in the window needs no second telling.
        var last = fallen[^1].Sequence;
        var facts = FactList.Merge(latest?.Facts.Where(fact => fact.Sequence <= last) ?? [], found);
        if (latest is null && facts.Count == 0) return new KnownSummary(null, uncovered);
        var summary = latest ?? new StoredSummary(0, "", "", "", [], DateTimeOffset.UnixEpoch);
        return new KnownSummary(summary with { Facts = facts }, uncovered);
    }

    /// <summary>Stores a model's words up to a message, with the telling sentences up to there.</summary>
    public async Task<StoredSummary> PutAsync(
        ConversationKey key, string throughId, string text, string model, CancellationToken cancellationToken)
    {
        if (Encoding.UTF8.GetByteCount(text) > TextBytesMax)
            throw MillraceException.InvalidArgument("text", $"text must have at most {TextBytesMax} bytes. Shorten it.");
        await conversations.GetAsync(key, cancellationToken);
        var through = await messages.FindAsync(key, throughId, cancellationToken)
            ?? throw MessageIds.NotFound("through_message_id", throughId);
        var newest = await messages.PathAsync(key, through.Sequence, "", PathMax, cancellationToken);
        List<PathMessage> path = [.. newest.Reverse()];
        var earlier = await LatestAsync(key, [.. path.SkipLast(1)], cancellationToken);
        var found = await ExtractAsync(
            key, [.. path.Where(message => message.Sequence > (earlier?.Sequence ?? 0))], cancellationToken);
        var summary = new StoredSummary(
            through.Sequence, throughId, text, model, FactList.Merge(earlier?.Facts ?? [], found), DateTimeOffset.UnixEpoch);
        return await store.PutAsync(key, summary, KeptMax, cancellationToken)
            ?? throw MessageIds.NotFound("through_message_id", throughId);
    }

    /// <summary>All summaries of a conversation.</summary>
    public Task<IReadOnlyList<StoredSummary>> ListAsync(ConversationKey key, CancellationToken cancellationToken) =>
        store.ListAsync(key, cancellationToken);

    private async Task<StoredSummary?> LatestAsync(
        ConversationKey key, IReadOnlyList<PathMessage> path, CancellationToken cancellationToken)
    {
        var onTheWay = path.Select(message => message.Sequence).ToHashSet();
        return (await store.ListAsync(key, cancellationToken)).LastOrDefault(summary => onTheWay.Contains(summary.Sequence));
    }

    private async Task<IReadOnlyList<Fact>> ExtractAsync(
        ConversationKey key, IReadOnlyList<PathMessage> wanted, CancellationToken cancellationToken)
    {
        IReadOnlyList<Fact> facts = [];
        foreach (var part in wanted.Chunk(ReadAtOnce))
        {
            var read = await messages.ReadAsync(key, [.. part.Select(message => message.Sequence)], cancellationToken);
            facts = FactList.Merge(facts, read.SelectMany(FactExtractor.Extract));
        }

        return facts;
    }
}
