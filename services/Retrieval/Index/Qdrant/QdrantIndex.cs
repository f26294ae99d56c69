using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index.Qdrant.Bm25;
using Millrace.ServiceDefaults.Errors;
using Qdrant.Client;
using Qdrant.Client.Grpc;

namespace Millrace.Retrieval.Index.Qdrant;

/// <summary>
/// The index on a Qdrant server: a collection for each build, a point for each chunk, with a vector by meaning and a sparse one by words.
/// Writes are visible when they end. Every call may be repeated.
/// </summary>
internal sealed class QdrantIndex(
    QdrantClient client, QdrantCalls calls, QdrantCollections collections, QdrantPoints points, IOptions<QdrantOptions> options)
    : IChunkIndex
{
    private readonly QdrantOptions _options = options.Value;

    public Task OpenAsync(IndexSettings settings, CancellationToken cancellationToken) =>
        collections.OpenAsync(settings, cancellationToken);

    public Task DropAsync(IndexId index, CancellationToken cancellationToken) => collections.DropAsync(index, cancellationToken);

    public async Task PutAsync(IndexId index, IReadOnlyList<IndexDocument> documents, CancellationToken cancellationToken)
    {
        var name = collections.NameOf(index);
        var all = documents.SelectMany(points.Of);
        foreach (var batch in QdrantPoints.Batches(all, _options.BatchPointsMax, _options.BatchBytesMax))
            await CallAsync(
                index, "upsert", cancel => client.UpsertAsync(name, batch, wait: true, cancellationToken: cancel), cancellationToken);
    }

    public async Task RemoveAsync(IndexId index, IReadOnlyCollection<long> chunks, CancellationToken cancellationToken)
    {
        var name = collections.NameOf(index);
        foreach (var part in chunks.Chunk(_options.IdsPerCall))
        {
            var ids = Array.ConvertAll(part, chunk => (ulong)chunk);
            await calls.RunAsync(
                "delete", cancel => IfThereAsync(client.DeleteAsync(name, ids, wait: true, cancellationToken: cancel)), cancellationToken);
        }
    }

    public Task SetAttributesAsync(IndexId index, DocumentAttributes document, CancellationToken cancellationToken)
    {
        var name = collections.NameOf(index);
        var payload = QdrantPayload.Of(document);
        var filter = QdrantFilters.OfDocument(document.Document);
        return calls.RunAsync(
            "overwrite payload",
            cancel => IfThereAsync(client.OverwritePayloadAsync(name, payload, filter, wait: true, cancellationToken: cancel)),
            cancellationToken);
    }

    public async Task<IndexRanking> DenseAsync(IndexId index, DenseQuery query, CancellationToken cancellationToken)
    {
        var plan = query.Exact ? "qdrant exact scan" : "qdrant graph";
        if (query.CountMax < 1) return new IndexRanking([], plan, 0);
        var search = new Search(
            query.Vector.ToArray(), QdrantFields.Dense, QdrantFilters.Of(query.Filter), query.CountMax, ParametersOf(query));
        return new IndexRanking(await QueryAsync(index, search, cancellationToken), plan, VisitedCount: 0);
    }

    public async Task<IndexRanking> KeywordAsync(IndexId index, WordQuery query, CancellationToken cancellationToken)
    {
        const string Plan = "qdrant sparse";
        var terms = SparseWords.OfQuestion(query.Text);
        if (terms.IsEmpty || query.CountMax < 1) return new IndexRanking([], Plan, 0);
        var search = new Search(
            (terms.Values, terms.Indices), QdrantFields.Words, QdrantFilters.Of(query.Filter), query.CountMax, Parameters: null);
        return new IndexRanking(await QueryAsync(index, search, cancellationToken), Plan, VisitedCount: 0);
    }

    public async Task<IndexRanking?> TryFusedAsync(IndexId index, FusedQuery query, CancellationToken cancellationToken)
    {
        var terms = SparseWords.OfQuestion(query.Words.Text);
        if (terms.IsEmpty || Math.Min(query.Dense.CountMax, query.Words.CountMax) < 1) return null;
        if (RankConstantOf(query.Weights) is not { } constant) return null;

        var name = collections.NameOf(index);
        var (prefetch, fusion) = (PrefetchOf(query, terms), new Query { Rrf = new Rrf { K = constant } });
        var countMax = (ulong)query.Dense.CountMax + (ulong)query.Words.CountMax;
        var found = await SearchAsync(
            index,
            "fused query",
            cancel => client.QueryAsync(
                name, fusion, prefetch: prefetch, limit: countMax, payloadSelector: false, cancellationToken: cancel),
            cancellationToken);
        return new IndexRanking(RankingOf(found, query.Weights.Dense), "qdrant fusion", VisitedCount: 0);
    }

    public async IAsyncEnumerable<long> ChunksAsync(IndexId index, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var name = collections.NameOf(index);
        PointId? next = null;
        do
        {
            var offset = next;
            var page = await CallAsync(
                index,
                "scroll",
                cancel => client.ScrollAsync(
                    name, limit: (uint)_options.IdsPerCall, offset: offset, payloadSelector: false, vectorsSelector: false,
                    cancellationToken: cancel),
                cancellationToken);
            foreach (var point in page.Result) yield return (long)point.Id.Num;
            next = page.NextPageOffset;
        }
        while (next is not null);
    }

    // Millrace scores a rank, counted from 1, as weight / (constant + rank); Qdrant as 1 / (rank / weight + k - 1). They agree when both
    // weights are the same and the constant is whole; then k is the constant + 1, and the weight is multiplied in afterwards.
    private static uint? RankConstantOf(FusionWeights weights)
    {
        const double ConstantMax = 1e9;
        var isSame = weights.Keyword > 0 && weights.Keyword == weights.Dense;
        return isSame && weights.Constant <= ConstantMax && double.IsInteger(weights.Constant) ? (uint)weights.Constant + 1 : null;
    }

    private PrefetchQuery[] PrefetchOf(FusedQuery query, SparseTerms terms) =>
    [
        new PrefetchQuery
        {
            Query = (terms.Values, terms.Indices),
            Using = QdrantFields.Words,
            Filter = QdrantFilters.Of(query.Words.Filter),
            Limit = (ulong)query.Words.CountMax,
        },
        new PrefetchQuery
        {
            Query = query.Dense.Vector.ToArray(),
            Using = QdrantFields.Dense,
            Filter = QdrantFilters.Of(query.Dense.Filter),
            Params = ParametersOf(query.Dense),
            Limit = (ulong)query.Dense.CountMax,
        },
    ];

    private SearchParams ParametersOf(DenseQuery query)
    {
        if (query.Exact) return new SearchParams { Exact = true };
        var parameters = new SearchParams { HnswEf = (ulong)Math.Max(_options.Graph.SearchCandidates, query.CountMax) };
        if (_options.Graph.Quantization != QdrantQuantization.None)
            parameters.Quantization = new QuantizationSearchParams
            {
                Rescore = _options.Graph.Rescore,
                Oversampling = _options.Graph.Oversampling,
            };
        return parameters;
    }

    private async Task<IReadOnlyList<ScoredChunk>> QueryAsync(IndexId index, Search search, CancellationToken cancellationToken)
    {
        var name = collections.NameOf(index);
        var found = await SearchAsync(
            index,
            "query",
            cancel => client.QueryAsync(
                name, search.Query, usingVector: search.Field, filter: search.Filter, searchParams: search.Parameters,
                limit: (ulong)search.CountMax, payloadSelector: false, cancellationToken: cancel),
            cancellationToken);
        return RankingOf(found, factor: 1);
    }

    private async Task<T> CallAsync<T>(
        IndexId index, string operation, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await calls.RunAsync(operation, call, cancellationToken);
        }
        catch (MillraceException error) when (IsGone(error))
        {
            collections.Lost(index);
            throw;
        }
    }

    // Before an index is opened for the first time there is nothing to be found: its first chunks are on their way.
    private async Task<IReadOnlyList<ScoredPoint>> SearchAsync(
        IndexId index,
        string operation,
        Func<CancellationToken, Task<IReadOnlyList<ScoredPoint>>> call,
        CancellationToken cancellationToken)
    {
        var wasOpen = collections.IsOpen(index);
        try
        {
            return await CallAsync(index, operation, call, cancellationToken);
        }
        catch (MillraceException error) when (!wasOpen && IsGone(error))
        {
            return [];
        }
    }

    private static bool IsGone(MillraceException error) => error.InnerException is RpcException { StatusCode: StatusCode.NotFound };

    // The server leaves open which of two equals comes first; the same question is to get the same answer.
    private static IReadOnlyList<ScoredChunk> RankingOf(IReadOnlyList<ScoredPoint> found, double factor) =>
    [
        .. found.Select(point => new ScoredChunk((long)point.Id.Num, factor * point.Score))
            .OrderByDescending(chunk => chunk.Score).ThenBy(chunk => chunk.Chunk),
    ];

    // What is to go from an index that is gone is gone.
    private static async Task IfThereAsync(Task<UpdateResult> change)
    {
        try
        {
            await change;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
        }
    }

    private sealed record Search(
        Query Query, string Field, global::Qdrant.Client.Grpc.Filter Filter, int CountMax, SearchParams? Parameters);
}
