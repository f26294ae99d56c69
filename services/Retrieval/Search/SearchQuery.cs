using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Store;

namespace Millrace.Retrieval.Search;

/// <summary>What is searched for, as the caller said it. <see cref="SearchQueryRules"/> says what is valid.</summary>
internal sealed record SearchQuery
{
    /// <summary>Passages that are returned when the caller does not say how many.</summary>
    public const int TopKDefault = 5;

    /// <summary>Candidates of each ranking when the caller does not say how many.</summary>
    public const int CandidatesDefault = 20;

    /// <summary>Whose documents.</summary>
    public required string Tenant { get; init; }

    /// <summary>Names of the collections.</summary>
    public required IReadOnlyList<string> Collections { get; init; }

    /// <summary>The question.</summary>
    public required string Text { get; init; }

    /// <summary>Its embedding if the caller has it; empty if not.</summary>
    public ReadOnlyMemory<float> Vector { get; init; }

    /// <summary>The model of the embedding; empty where the caller does not say, and it is taken to be the collection's.</summary>
    public string VectorModel { get; init; } = "";

    /// <summary>Other wordings of it.</summary>
    public IReadOnlyList<QueryWording> Variants { get; init; } = [];

    /// <summary>Most passages to return.</summary>
    public int TopK { get; init; } = TopKDefault;

    /// <summary>Candidates that each ranking contributes.</summary>
    public int Candidates { get; init; } = CandidatesDefault;

    /// <summary>Which rankings are used; null for the service's default.</summary>
    public SearchMode? Mode { get; init; }

    /// <summary>Whether a cross-encoder orders the candidates; null for the service's default.</summary>
    public bool? Rerank { get; init; }

    /// <summary>Which documents are searched.</summary>
    public DocumentFilter Filter { get; init; } = new(Filter: null, HeldLabels: []);

    /// <summary>How rankings are fused.</summary>
    public FusionWish Fusion { get; init; } = new();

    /// <summary>Lowest score of the last stage; null for none.</summary>
    public double? ScoreMin { get; init; }

    /// <summary>Lowest cosine similarity in the dense ranking; null for none.</summary>
    public double? SimilarityMin { get; init; }

    /// <summary>Weight of relevance against variety, 0 to 1; null for the order by relevance.</summary>
    public double? DiversityLambda { get; init; }

    /// <summary>Lets newer documents come first; null for off.</summary>
    public TimeDecay? Decay { get; init; }

    /// <summary>Most collections to search, those whose description is closest; 0 for all.</summary>
    public int CollectionsMax { get; init; }

    /// <summary>Whether the dense ranking compares with every vector.</summary>
    public bool Exact { get; init; }

    /// <summary>Whether the answer tells how it was found.</summary>
    public bool Explain { get; init; }
}

/// <summary>A wording of the query.</summary>
/// <param name="Text">The words.</param>
/// <param name="IsPassage">Whether it is an answer as it might stand in a document: embedded as a passage, ranked by meaning only.</param>
/// <param name="Weight">Weight of its rankings in the fusion.</param>
internal sealed record QueryWording(string Text, bool IsPassage, double Weight);

/// <summary>What a caller says of the fusion; null takes the service's default.</summary>
/// <param name="Constant">The constant of reciprocal rank fusion.</param>
/// <param name="Keyword">Weight of BM25.</param>
/// <param name="Dense">Weight of the dense ranking.</param>
/// <param name="Method">What the rankings are fused by.</param>
internal sealed record FusionWish(double? Constant = null, double? Keyword = null, double? Dense = null, FusionMethod? Method = null);

/// <summary>Rank and score of a passage in one stage.</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Rank">Rank, from 1.</param>
/// <param name="Score">Score in the stage's own unit.</param>
internal sealed record StageScore(string Stage, int Rank, double Score);

/// <summary>A passage that was found.</summary>
/// <param name="Passage">The passage.</param>
/// <param name="Score">Its score in the last stage that scores.</param>
/// <param name="Stages">Its rank and score in every stage that it is in; empty unless asked for.</param>
internal sealed record SearchHit(StoredPassage Passage, double Score, IReadOnlyList<StageScore> Stages);

/// <summary>The answer to a query.</summary>
/// <param name="Hits">The passages, best first.</param>
/// <param name="Explanation">How they were found; null unless asked for.</param>
/// <param name="Degraded">What was missing, asked for or not.</param>
internal sealed record SearchOutcome(
    IReadOnlyList<SearchHit> Hits, SearchExplanation? Explanation, IReadOnlyList<string> Degraded);
