using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Search;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Context;

/// <summary>Packs passages into a numbered context within a budget of tokens.</summary>
internal sealed class ContextBuilder(ITokenCounters counters, IPassageTexts texts, ILogger<ContextBuilder> logger)
{
    // Packing is done again while texts come up that were not counted yet. Each time the decisions before them stand, so that it ends; a
    // counter far away must not be asked for ever.
    private const int RoundsMax = 16;

    /// <summary>Packs passages.</summary>
    /// <param name="hits">The passages, best first.</param>
    /// <param name="request">How they are packed.</param>
    /// <param name="cancellationToken">Stops packing.</param>
    public async Task<PackedContext> PackAsync(
        IReadOnlyList<SearchHit> hits, ContextRequest request, CancellationToken cancellationToken)
    {
        request.RequireValid();
        if (hits.Count == 0) return new PackedContext([], "", 0, 0);
        var found = StretchReading.Read(hits, request, texts);
        try
        {
            return await PackAsync(found, hits, request, await counters.ForAsync(model: "", cancellationToken), cancellationToken);
        }
        catch (MillraceException error) when (error.Reason.Info().Retryable && !cancellationToken.IsCancellationRequested)
        {
            ContextLog.CountedByBound(logger, error.Reason);
            var packed = await PackAsync(found, hits, request, new UpperBoundCounter(), cancellationToken);
            return packed with { IsCountedByBound = true };
        }
    }

    // The sum of the parts is exact where a tokenizer splits at white space and an estimate elsewhere; only the count of the whole text is
    // the truth. Where it is over the budget, the next try has that much less.
    private static async Task<PackedContext> PackAsync(
        IReadOnlyList<FoundChunk> found, IReadOnlyList<SearchHit> hits, ContextRequest request, ITokenCounter counter,
        CancellationToken cancellationToken)
    {
        var ledger = new TokenLedger(counter);
        await ledger.CountMissingAsync(cancellationToken);
        for (var tokensMax = request.TokensMax; tokensMax > 0;)
        {
            var passages = await PackAsync(found, request, ledger, tokensMax, cancellationToken);
            if (passages.Count == 0) break;
            var merged = passages.Where(passage => passage.ChunkIds.Count > 1).ToList();
            var text = ContextFormat.Render(passages);
            var counts = await counter.CountAsync([text, .. merged.Select(passage => passage.Passage.Text)], cancellationToken);
            if (counts[0] <= request.TokensMax)
                return new PackedContext(Counted(passages, merged, counts), text, counts[0], Dropped(hits, passages));
            tokensMax -= counts[0] - request.TokensMax;
        }

        return new PackedContext([], "", 0, hits.Count);
    }

    private static async Task<IReadOnlyList<ContextPassage>> PackAsync(
        IReadOnlyList<FoundChunk> found, ContextRequest request, TokenLedger ledger, int tokensMax, CancellationToken cancellationToken)
    {
        var passages = new ContextPacker(request, ledger, tokensMax).Pack(found);
        for (var round = 1; round < RoundsMax && await ledger.CountMissingAsync(cancellationToken); round++)
            passages = new ContextPacker(request, ledger, tokensMax).Pack(found);
        return passages;
    }

    // A passage of one chunk was counted when it was indexed.
    private static IReadOnlyList<ContextPassage> Counted(
        IReadOnlyList<ContextPassage> passages, List<ContextPassage> merged, IReadOnlyList<int> counts) =>
    [
        .. passages.Select(passage => merged.IndexOf(passage) is >= 0 and var i
            ? passage with { Passage = passage.Passage with { TokenCount = counts[i + 1] } }
            : passage),
    ];

    private static int Dropped(IReadOnlyList<SearchHit> hits, IReadOnlyList<ContextPassage> passages)
    {
        var shown = passages.SelectMany(passage => passage.ChunkIds.Select(id => (passage.Passage.Edition, id))).ToHashSet();
        return hits.Count(hit => !shown.Contains((hit.Passage.Edition, hit.Passage.ChunkId)));
    }

    private sealed class UpperBoundCounter : ITokenCounter
    {
        public Task<IReadOnlyList<int>> CountAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<int>>([.. texts.Select(text => TokenBounds.UpperBound(text))]);
    }
}
