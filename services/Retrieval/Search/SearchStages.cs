using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Search;

/// <summary>The stages of a search that look something up.</summary>
internal sealed record SearchStages(
    CollectionStore Collections, CollectionRouter Router, CandidateRanking Ranking, CandidateReading Reading, Reranking Reranking)
{
    /// <summary>The collections that a query names, each once.</summary>
    /// <exception cref="MillraceException">One is not there.</exception>
    public IReadOnlyList<SearchedCollection> Require(SearchQuery query) =>
    [
        .. query.Collections.Distinct(StringComparer.Ordinal)
            .Select(name => Searched(Collections.Require(new CollectionKey(query.Tenant, name)))),
    ];

    private static SearchedCollection Searched(StoredCollection collection) =>
        new(collection.Key.Name, collection.Description, collection.Index, collection.Active.Encoder, collection.Dimension);
}
