using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Search;

/// <summary>The ranking by cosine similarity.</summary>
internal sealed class DenseSearch(IChunkIndex index, IEncoder encoder)
{
    /// <summary>Name of the stage.</summary>
    public const string Stage = "dense";

    /// <summary>The nearest chunks of all collections.</summary>
    /// <param name="collections">The collections.</param>
    /// <param name="query">The query; its vector is used where it has one.</param>
    /// <param name="filter">Which documents may be found.</param>
    /// <param name="cancellationToken">Stops searching.</param>
    /// <exception cref="MillraceException">The query cannot be embedded, or its vector is not of the collection's model.</exception>
    public async Task<Ranking> RankAsync(
        IReadOnlyList<StoredCollection> collections, SearchQuery query, DocumentFilter filter, CancellationToken cancellationToken)
    {
        List<ScoredChunk> found = [];
        foreach (var sameModel in collections.Where(collection => collection.Dimension > 0).GroupBy(collection => collection.Active.Encoder))
        {
            var vector = await VectorAsync(sameModel.Key, query, cancellationToken);
            var nearest = new DenseQuery(vector, query.Candidates, filter, Exact: false);
            foreach (var collection in sameModel)
                found.AddRange((await index.DenseAsync(collection.Index, nearest, cancellationToken)).Chunks);
        }

        return new Ranking(Stage, [.. found.OrderByDescending(chunk => chunk.Score).Take(query.Candidates)]);
    }

    private async Task<ReadOnlyMemory<float>> VectorAsync(EncoderChoice choice, SearchQuery query, CancellationToken cancellationToken) =>
        query.Vector.Length > 0
            ? query.Vector
            : (await encoder.EmbedAsync(choice, [query.Text], TextPurpose.Query, cancellationToken))[0];
}
