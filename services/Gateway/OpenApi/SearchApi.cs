using Millrace.Gateway.Api.Search;

namespace Millrace.Gateway.OpenApi;

/// <summary>Searches.</summary>
internal static class SearchApi
{
    private const string Fields = """
        collections! [string] Names of 1 to 16 collections.
        query! string What to search for.
        top_k integer|null Most results, 1 to 100.
        candidates integer|null How many are ranked.
        mode 'hybrid'|'keyword'|'dense'|null
        rerank boolean|null Whether a cross-encoder orders the candidates.
        filter Filter|null Which documents are searched.
        access_labels [string]|null Labels that the caller holds.
        variants [QueryVariant]|null Other wordings of the query.
        fusion Fusion|null How rankings are joined.
        score_min number|null Results below it are left out.
        similarity_min number|null Candidates below it are left out.
        diversity_lambda number|null Maximal marginal relevance.
        time_decay TimeDecay|null Lets newer documents come first.
        collections_max integer|null Search only the closest of the collections.
        explain boolean|null Whether the answer tells how it came about.
        exact boolean|null Whether vectors are compared one by one.

        """;

    /// <summary>The body of a search.</summary>
    public static ApiSchema Request { get; } = ApiSchema.OfLines("SearchRequest", Fields);

    /// <summary>The body of a context.</summary>
    public static ApiSchema ContextRequest { get; } = ApiSchema.OfLines(
        "ContextRequest",
        Fields + """
        tokens_max integer|null Most tokens of the context.
        order 'relevance'|'document'|'edges'|null
        neighbour_chunks integer|null Chunks on each side of a found one.
        keep_overlaps boolean|null Whether what chunks share is repeated.
        """);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<ApiRoute> Routes { get; } =
    [
        new("POST", "/v1/search", "Searches collections")
        {
            Request = Request, Response = ApiSchema.Of(SearchJsonContext.Default.SearchAnswerJson),
        },
        new("POST", "/v1/context", "Searches and packs the best passages")
        {
            Request = ContextRequest, Response = ApiSchema.Of(SearchJsonContext.Default.ContextJson),
        },
    ];
}
