using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Search;

/// <summary>The ranking by cosine similarity, exact over all vectors of a collection.</summary>
internal sealed class DenseSearch(PassageStore passages, IEncoder encoder)
{
    /// <summary>Name of the stage.</summary>
    public const string Stage = "dense";

    /// <summary>The nearest chunks of all collections.</summary>
    /// <param name="collections">The collections.</param>
    /// <param name="query">The query; its vector is used where it has one.</param>
    /// <param name="cancellationToken">Stops searching.</param>
    /// <exception cref="MillraceException">The query cannot be embedded, or its vector is not of the collection's model.</exception>
    public async Task<Ranking> RankAsync(
        IReadOnlyList<StoredCollection> collections, SearchQuery query, CancellationToken cancellationToken)
    {
        List<ScoredChunk> found = [];
        foreach (var sameModel in collections.GroupBy(collection => collection.EmbeddingModel))
        {
            var indexed = sameModel.Select(passages.Vectors).Where(vectors => vectors.Dimension > 0).ToList();
            if (indexed.Count == 0) continue;
            var vector = await VectorAsync(sameModel.Key, query, cancellationToken);
            found.AddRange(indexed.SelectMany(vectors => Nearest(vectors, vector, query.Candidates)));
        }

        return new Ranking(Stage, [.. found.OrderByDescending(chunk => chunk.Score).Take(query.Candidates)]);
    }

    private async Task<ReadOnlyMemory<float>> VectorAsync(string model, SearchQuery query, CancellationToken cancellationToken)
    {
        if (query.Vector.Length > 0) return query.Vector;
        var embeddings = await encoder.EmbedAsync(new EncoderChoice(model, 0), [query.Text], TextPurpose.Query, cancellationToken);
        return embeddings[0];
    }

    private static IReadOnlyList<ScoredChunk> Nearest(CollectionVectors vectors, ReadOnlyMemory<float> query, int countMax)
    {
        if (query.Length != vectors.Dimension)
            throw MillraceException.InvalidArgument(
                "query_vector",
                $"The query's vector has {query.Length} values, and the collection's have {vectors.Dimension}. Embed the query with "
                + "the collection's model.");
        return vectors.Nearest(query.Span, countMax);
    }
}
