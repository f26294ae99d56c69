using Microsoft.Extensions.Options;
using Millrace.Retrieval.Store;

namespace Millrace.Retrieval.Search;

/// <summary>The BM25 ranking.</summary>
internal sealed class KeywordSearch(PassageStore passages, IOptions<RetrievalOptions> options)
{
    /// <summary>Name of the stage.</summary>
    public const string Stage = "bm25";

    private readonly FieldWeights _weights = new(options.Value.Search.TitleWeight, options.Value.Search.BreadcrumbWeight, Body: 1);

    /// <summary>The best chunks of all collections.</summary>
    /// <param name="collections">The collections.</param>
    /// <param name="text">What the user asked.</param>
    /// <param name="countMax">Most chunks to return.</param>
    public Ranking Rank(IReadOnlyList<StoredCollection> collections, string text, int countMax)
    {
        if (KeywordQuery.From(text) is not { } match) return new Ranking(Stage, []);
        var found = collections.SelectMany(collection => passages.Keyword(collection, match, _weights, countMax));
        return new Ranking(Stage, [.. found.OrderByDescending(chunk => chunk.Score).Take(countMax)]);
    }
}
