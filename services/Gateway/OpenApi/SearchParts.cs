namespace Millrace.Gateway.OpenApi;

/// <summary>What searches are made of.</summary>
internal static class SearchParts
{
    /// <summary>What a chat's extension says of retrieval.</summary>
    public const string Retrieval = """
        collections [string]|null Names of up to 16 collections.
        top_k integer|null Most passages, 1 to 100.
        rerank boolean|null Whether a cross-encoder orders the candidates.
        filter Filter|null Which documents are searched.
        access_labels [string]|null Labels that narrow what the caller sees.
        rewrite boolean|null Whether a model words the question anew.
        multi_query integer|null Further wordings, 0 to 4.
        hypothetical_passage boolean|null Whether an imagined passage is searched by.
        order 'relevance'|'document'|'edges'|null
        neighbour_chunks integer|null Chunks on each side of a found one, 0 to 8.
        time_decay TimeDecay|null Lets newer documents come first.
        diversity_lambda number|null Maximal marginal relevance.
        score_min number|null Passages below it are left out.
        collections_max integer|null Search only the closest of the collections.
        """;

    private const string Comparisons = "'eq'|'ne'|'gt'|'gte'|'lt'|'lte'|'in'|'nin'";

    private static readonly string[] Operators = ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ApiSchema> All { get; } =
    [
        ApiSchema.OneOf(
            "Filter",
            "type",
            [
                .. Operators.Select(one => (one, "FilterComparison")),
                ("exists", "FilterExists"), ("and", "FilterGroup"), ("or", "FilterGroup"), ("not", "FilterNot"),
            ]),
        ApiSchema.OfLines(
            "FilterComparison",
            $"type! {Comparisons}\nkey! string An attribute, or $document_id, $media_type, $title, $updated_at.\n"
            + "value! string|number|boolean|array A list for in and nin."),
        ApiSchema.OfLines("FilterExists", "type! 'exists'\nkey! string"),
        ApiSchema.OfLines("FilterGroup", "type! 'and'|'or'\nfilters! [Filter]"),
        ApiSchema.OfLines("FilterNot", "type! 'not'\nfilter! Filter"),
        ApiSchema.OfLines(
            "TimeDecay",
            """
            half_life_days! number After so many days a document counts half.
            strength number|null Above 0 to 1.
            key string|null The attribute that has the time.
            """),
        ApiSchema.OfLines("QueryVariant", "text! string\nkind 'query'|'hypothetical_passage'|null\nweight number|null"),
        ApiSchema.OfLines(
            "Fusion",
            "method 'rank'|'score'|null\nconstant number|null\nkeyword_weight number|null\ndense_weight number|null"),
        ApiSchema.OfLines(
            "Chunking",
            """
            strategy 'default'|'recursive'|'paragraph'|'markdown'|'sentence_window'|'semantic'|'fixed'|null
            chunk_tokens_max integer|null
            chunk_tokens_min integer|null
            overlap_tokens integer|null
            window_sentences integer|null
            breakpoint_percentile integer|null
            contextual_header boolean|null
            """),
        ApiSchema.OneOf("ChunkingStrategyRequest", "type", ("auto", "AutoChunking"), ("static", "StaticChunkingStrategy")),
        ApiSchema.OfLines("AutoChunking", "type! 'auto'"),
        ApiSchema.OfLines("StaticChunkingStrategy", "type! 'static'\nstatic! StaticChunkingSettings"),
        ApiSchema.OfLines("StaticChunkingSettings", "max_chunk_size_tokens! integer\nchunk_overlap_tokens! integer"),
        ApiSchema.OfLines("RankingOptions", "ranker 'auto'|'none'|'default-2024-11-15'|null\nscore_threshold number|null 0 to 1."),
    ];
}
