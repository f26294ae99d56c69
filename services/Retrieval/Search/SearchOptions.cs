using Millrace.Retrieval.Index;

namespace Millrace.Retrieval.Search;

/// <summary>Which rankings a search uses.</summary>
public enum SearchMode
{
    /// <summary>BM25 and dense vectors, fused by reciprocal rank.</summary>
    Hybrid,

    /// <summary>BM25 alone.</summary>
    Keyword,

    /// <summary>Dense vectors alone.</summary>
    Dense,
}

/// <summary>Section <c>Retrieval:Search</c>: how documents are found when the request says nothing else. <c>-- retrieval</c> of tests/Bench
/// measures what the weights are worth.</summary>
public sealed class SearchOptions
{
    /// <summary>Which rankings are used.</summary>
    /// <value>Default hybrid, led by BM25.</value>
    public SearchMode Mode { get; set; } = SearchMode.Hybrid;

    /// <summary>Whether a cross-encoder orders the candidates.</summary>
    /// <value>Default false: the built-in reranker reads about 3,000 tokens a second on one core, which is a second for 20 chunks, and
    /// gains little where the fusion is good already.</value>
    public bool Rerank { get; set; }

    /// <summary>Candidates that a cross-encoder orders at most; more when more passages are asked for.</summary>
    /// <value>Default 20.</value>
    public int RerankCandidates { get; set; } = 20;

    /// <summary>How much the cross-encoder decides against the order before it: 1 alone, 0 not at all.</summary>
    /// <value>Default 0.5: alone, the built-in one is worse than the order before it. A large one deserves 1.</value>
    public double RerankWeight { get; set; } = 0.5;

    /// <summary>What the rankings by words and by meaning are fused by.</summary>
    /// <value>Default score, which measured better than rank with every weight.</value>
    public FusionMethod Fusion { get; set; } = FusionMethod.Score;

    /// <summary>The constant of reciprocal rank fusion: the larger, the less the first ranks count.</summary>
    /// <value>Default 60, from the paper that introduced it.</value>
    public double FusionConstant { get; set; } = 60;

    /// <summary>Weight of BM25 in the fusion.</summary>
    /// <value>Default 1.</value>
    public double KeywordWeight { get; set; } = 1;

    /// <summary>Weight of the dense ranking in the fusion.</summary>
    /// <value>Default 1, for fusion by score with the built-in encoder: on the public anthropic-docs questions R@3 and MRR are .754 and
    /// .878, and .727 and .861 by keywords alone. For fusion by rank set it to .02 there (.722 and .864; with 1 it is .674 and
    /// .809).</value>
    public double DenseWeight { get; set; } = 1;

    /// <summary>Weight of a document's title in BM25; the text has 1.</summary>
    /// <value>Default 1.</value>
    public double TitleWeight { get; set; } = 1;

    /// <summary>Weight of the headings above a chunk in BM25; the text has 1.</summary>
    /// <value>Default 1.</value>
    public double BreadcrumbWeight { get; set; } = 1;

    /// <summary>Rankings of one search that run beside each other: a search has one for each collection, wording and way of
    /// ranking.</summary>
    /// <value>Default 8.</value>
    public int ParallelRankings { get; set; } = 8;

    /// <summary>Descriptions of collections whose vectors are kept for routing.</summary>
    /// <value>Default 4,096.</value>
    public int RoutingVectorsMax { get; set; } = 4096;

    internal IEnumerable<string> Validate()
    {
        if (!Enum.IsDefined(Mode)) yield return $"Search:Mode is {Mode}. Set it to Hybrid, Keyword or Dense.";
        if (!Enum.IsDefined(Fusion)) yield return $"Search:Fusion is {Fusion}. Set it to Rank or Score.";
        if (RerankCandidates is < 1 or > 1000) yield return $"Search:RerankCandidates is {RerankCandidates}. Set it to 1 to 1000.";
        if (!(RerankWeight is >= 0 and <= 1))
            yield return $"Search:RerankWeight is {RerankWeight}. Set it to 0 (the reranker decides nothing) to 1 (it decides alone).";
        if (!(FusionConstant > 0)) yield return $"Search:FusionConstant is {FusionConstant}. Set it to more than 0.";
        if (!(KeywordWeight >= 0) || !(DenseWeight >= 0) || KeywordWeight + DenseWeight == 0)
            yield return $"Search:KeywordWeight is {KeywordWeight} and Search:DenseWeight {DenseWeight}. "
                + "Set both to 0 or more, and one to more.";
        if (!(TitleWeight >= 0) || !(BreadcrumbWeight >= 0))
            yield return $"Search:TitleWeight is {TitleWeight} and Search:BreadcrumbWeight {BreadcrumbWeight}. Set both to 0 or more.";
        if (ParallelRankings is < 1 or > 256) yield return $"Search:ParallelRankings is {ParallelRankings}. Set it to 1 to 256.";
        if (RoutingVectorsMax is < 1 or > 1_000_000)
            yield return $"Search:RoutingVectorsMax is {RoutingVectorsMax}. Set it to 1 to 1000000.";
    }
}
