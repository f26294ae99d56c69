using Microsoft.Extensions.Options;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Search;

/// <summary>A search from the query to the passages: rank by words and by meaning, fuse, read, and order again where asked.</summary>
internal sealed class SearchEngine(
    SearchSources sources, IEncoder encoder, IOptions<RetrievalOptions> options, RetrievalMetrics metrics, ILogger<SearchEngine> logger)
{
    // Chunks that were deleted between the ranking and the reading leave room for others.
    private const int SparePassages = 8;
    private static readonly DocumentFilter Everything = new(null, []);

    private const string RerankStage = "rerank";

    private readonly SearchOptions _options = options.Value.Search;

    /// <summary>Searches.</summary>
    /// <returns>The passages, best first.</returns>
    /// <exception cref="MillraceException">The query is not valid, a collection is not there, or a dense search has no embedding
    /// service.</exception>
    public async Task<IReadOnlyList<SearchHit>> SearchAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        query.RequireValid();
        using var activity = metrics.StartSearch(query.Collections, query.TopK);
        using var timer = metrics.TimeSearch(query.Mode ?? _options.Mode);
        var collections = query.Collections.Distinct(StringComparer.Ordinal)
            .Select(name => sources.Collections.Require(new CollectionKey(query.Tenant, name))).ToList();
        var rankings = await RankAsync(collections, query, cancellationToken);
        var rerank = query.Rerank ?? _options.Rerank;
        var hits = Read(rankings, rerank ? Math.Max(query.TopK, _options.RerankCandidates) : query.TopK);
        if (rerank && hits.Count > 1) hits = await RerankAsync(query.Text, hits, cancellationToken);
        return [.. hits.Take(query.TopK)];
    }

    // The last ranking decides; those before it are told with each hit.
    private async Task<IReadOnlyList<Ranking>> RankAsync(
        IReadOnlyList<StoredCollection> collections, SearchQuery query, CancellationToken cancellationToken)
    {
        var mode = query.Mode ?? _options.Mode;
        if (mode == SearchMode.Dense) return [await sources.Dense.RankAsync(collections, query, Everything, cancellationToken)];

        var keyword = await sources.Keyword.RankAsync(collections, query, Everything, cancellationToken);
        if (mode == SearchMode.Keyword) return [keyword];
        if (await TryDenseAsync(collections, query, cancellationToken) is not { } dense) return [keyword];
        var fused = ReciprocalRankFusion.Fuse([(keyword, _options.KeywordWeight), (dense, _options.DenseWeight)], _options.FusionConstant);
        return [keyword, dense, fused];
    }

    private async Task<Ranking?> TryDenseAsync(
        IReadOnlyList<StoredCollection> collections, SearchQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return await sources.Dense.RankAsync(collections, query, Everything, cancellationToken);
        }
        catch (MillraceException error) when (IsOutage(error, cancellationToken))
        {
            SearchLog.DenseUnavailable(logger, error.Reason);
            return null;
        }
    }

    private List<SearchHit> Read(IReadOnlyList<Ranking> rankings, int countMax)
    {
        var last = rankings[^1].Chunks;
        var passages = sources.Passages.Passages([.. last.Take(countMax + SparePassages).Select(chunk => chunk.Chunk)], Everything.HeldLabels);
        return
        [
            .. last.Where(chunk => passages.ContainsKey(chunk.Chunk))
                .Take(countMax)
                .Select(chunk => new SearchHit(passages[chunk.Chunk], chunk.Score, Stages(rankings, chunk.Chunk))),
        ];
    }

    private static List<StageScore> Stages(IReadOnlyList<Ranking> rankings, long chunk)
    {
        List<StageScore> stages = [];
        foreach (var ranking in rankings)
        {
            for (var i = 0; i < ranking.Chunks.Count; i++)
                if (ranking.Chunks[i].Chunk == chunk) stages.Add(new StageScore(ranking.Stage, i + 1, ranking.Chunks[i].Score));
        }

        return stages;
    }

    private async Task<List<SearchHit>> RerankAsync(string query, List<SearchHit> hits, CancellationToken cancellationToken)
    {
        try
        {
            var scores = await encoder.RerankAsync(query, [.. hits.Select(hit => hit.Passage.Text)], cancellationToken);
            var ordered = hits.Zip(scores).OrderByDescending(pair => pair.Second);
            return [.. ordered.Select((pair, i) => WithStage(pair.First, new StageScore(RerankStage, i + 1, pair.Second)))];
        }
        catch (MillraceException error) when (IsOutage(error, cancellationToken))
        {
            SearchLog.RerankUnavailable(logger, error.Reason);
            return hits;
        }
    }

    private static SearchHit WithStage(SearchHit hit, StageScore stage) =>
        hit with { Score = stage.Score, Stages = [.. hit.Stages, stage] };

    // What the caller did wrong stays an error; what the embedding service cannot do now costs quality, not the answer.
    private static bool IsOutage(MillraceException error, CancellationToken cancellationToken) =>
        error.Reason is not (Reason.InvalidArgument or Reason.Cancelled) && !cancellationToken.IsCancellationRequested;
}

/// <summary>Where a search looks.</summary>
internal sealed record SearchSources(CollectionStore Collections, PassageStore Passages, KeywordSearch Keyword, DenseSearch Dense);
