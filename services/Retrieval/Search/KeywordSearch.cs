using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Store;

namespace Millrace.Retrieval.Search;

/// <summary>The BM25 ranking.</summary>
internal sealed class KeywordSearch(IChunkIndex index)
{
    /// <summary>Name of the stage.</summary>
    public const string Stage = "bm25";

    /// <summary>The best chunks of all collections.</summary>
    /// <param name="collections">The collections.</param>
    /// <param name="query">What the user asked.</param>
    /// <param name="filter">Which documents may be found.</param>
    /// <param name="cancellationToken">Stops searching.</param>
    public async Task<Ranking> RankAsync(
        IReadOnlyList<StoredCollection> collections, SearchQuery query, DocumentFilter filter, CancellationToken cancellationToken)
    {
        var words = new WordQuery(query.Text, query.Candidates, filter);
        List<ScoredChunk> found = [];
        foreach (var collection in collections.Where(collection => collection.Dimension > 0))
            found.AddRange((await index.KeywordAsync(collection.Index, words, cancellationToken)).Chunks);
        return new Ranking(Stage, [.. found.OrderByDescending(chunk => chunk.Score).Take(query.Candidates)]);
    }
}
