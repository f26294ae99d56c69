using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Index;

namespace Millrace.Retrieval.Search;

/// <summary>A valid query with the service's defaults in it: what is really done.</summary>
internal sealed record QueryPlan
{
    private QueryPlan(SearchQuery query, SearchOptions options)
    {
        Query = query;
        Wordings = [new QueryWording(query.Text, IsPassage: false, Weight: 1), .. query.Variants];
        Mode = query.Mode ?? options.Mode;
        Weights = new FusionWeights(
            query.Fusion.Constant ?? options.FusionConstant,
            query.Fusion.Keyword ?? options.KeywordWeight,
            query.Fusion.Dense ?? options.DenseWeight)
        {
            Method = query.Fusion.Method ?? options.Fusion,
        };
        var rerank = query.Rerank ?? options.Rerank;
        RerankCount = rerank ? Math.Max(query.TopK, options.RerankCandidates) : 0;
        RerankWeight = options.RerankWeight;
        var reordered = query.Decay is not null || query.DiversityLambda is not null;
        CandidatesMax = Math.Max(Math.Max(query.TopK, RerankCount), reordered ? query.Candidates : 0);
    }

    /// <summary>What the caller said.</summary>
    public SearchQuery Query { get; }

    /// <summary>The query itself, then its variants.</summary>
    public IReadOnlyList<QueryWording> Wordings { get; }

    /// <summary>Which rankings are used.</summary>
    public SearchMode Mode { get; }

    /// <summary>How they are fused.</summary>
    public FusionWeights Weights { get; }

    /// <summary>Whether chunks are ranked by words. A ranking without weight decides nothing, so it is not made.</summary>
    public bool UsesKeywords => Mode == SearchMode.Keyword || (Mode == SearchMode.Hybrid && Weights.Keyword > 0);

    /// <summary>Whether chunks are ranked by meaning.</summary>
    public bool UsesDense => Mode == SearchMode.Dense || (Mode == SearchMode.Hybrid && Weights.Dense > 0);

    /// <summary>Whether there is no answer without the embedding service.</summary>
    public bool NeedsDense => UsesDense && !UsesKeywords;

    /// <summary>Candidates that a cross-encoder orders; 0 for none.</summary>
    public int RerankCount { get; }

    /// <summary>How much the cross-encoder decides against the order before it, 0 to 1.</summary>
    public double RerankWeight { get; }

    /// <summary>Candidates that are read and go through the stages after the fusion.</summary>
    public int CandidatesMax { get; }

    /// <summary>What is done for a query.</summary>
    public static QueryPlan Of(SearchQuery query, SearchOptions options) => new(query, options);
}

/// <summary>A collection as a search sees it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is about; may be empty.</param>
/// <param name="Index">Its index.</param>
/// <param name="Encoder">The model of its vectors.</param>
/// <param name="Dimension">Length of its vectors; 0 while it has none.</param>
internal sealed record SearchedCollection(string Name, string Description, IndexId Index, EncoderChoice Encoder, int Dimension);
