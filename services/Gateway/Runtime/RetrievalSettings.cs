using Millrace.Contracts.Retrieval.V1;

namespace Millrace.Gateway.Runtime;

/// <summary>What an answer is to be grounded in. What is null takes the assistant's setting, else the platform's.</summary>
public sealed record RetrievalSettings
{
    /// <summary>Names of the collections; 1 to 16, or none for those of the assistant.</summary>
    public IReadOnlyList<string> Collections { get; init; } = [];

    /// <summary>Most passages.</summary>
    public int? TopK { get; init; }

    /// <summary>Whether a cross-encoder orders the candidates.</summary>
    public bool? Rerank { get; init; }

    /// <summary>Which documents are searched; null for all.</summary>
    public Filter? Filter { get; init; }

    /// <summary>Labels that the user holds; null when nobody said.</summary>
    public IReadOnlyList<string>? AccessLabels { get; init; }

    /// <summary>Whether the last message is first turned into a question that needs no history.</summary>
    public bool? Rewrite { get; init; }

    /// <summary>How many other wordings of the question the model writes; at most 4.</summary>
    public int? MultiQuery { get; init; }

    /// <summary>Whether the model writes an answer as it might stand in a document.</summary>
    public bool? HypotheticalPassage { get; init; }

    /// <summary>In which order the context shows its passages.</summary>
    public ContextOrder? Order { get; init; }

    /// <summary>Chunks on each side of a found one; at most 8.</summary>
    public int? NeighbourChunks { get; init; }

    /// <summary>Lets newer documents come first.</summary>
    public TimeDecay? TimeDecay { get; init; }

    /// <summary>Maximal marginal relevance, 0 to 1.</summary>
    public float? DiversityLambda { get; init; }

    /// <summary>Passages below this score are left out.</summary>
    public float? ScoreMin { get; init; }

    /// <summary>Most collections that are searched, those whose description is closest to the question.</summary>
    public int? CollectionsMax { get; init; }

    /// <summary>
    /// These settings, with others where nothing is said. Both filters apply: a request can narrow what an assistant searches, and not
    /// widen it.
    /// </summary>
    public RetrievalSettings Over(RetrievalSettings defaults) => new()
    {
        Collections = Collections.Count > 0 ? Collections : defaults.Collections,
        TopK = TopK ?? defaults.TopK,
        Rerank = Rerank ?? defaults.Rerank,
        Filter = Both(Filter, defaults.Filter),
        AccessLabels = AccessLabels ?? defaults.AccessLabels,
        Rewrite = Rewrite ?? defaults.Rewrite,
        MultiQuery = MultiQuery ?? defaults.MultiQuery,
        HypotheticalPassage = HypotheticalPassage ?? defaults.HypotheticalPassage,
        Order = Order ?? defaults.Order,
        NeighbourChunks = NeighbourChunks ?? defaults.NeighbourChunks,
        TimeDecay = TimeDecay ?? defaults.TimeDecay,
        DiversityLambda = DiversityLambda ?? defaults.DiversityLambda,
        ScoreMin = ScoreMin ?? defaults.ScoreMin,
        CollectionsMax = CollectionsMax ?? defaults.CollectionsMax,
    };

    private static Filter? Both(Filter? asked, Filter? always) =>
        asked is null || always is null ? asked ?? always : new Filter { And = new Filters { Filters_ = { always, asked } } };
}
