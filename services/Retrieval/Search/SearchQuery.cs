using Millrace.Retrieval.Ingestion;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Search;

/// <summary>What is searched for.</summary>
internal sealed record SearchQuery
{
    private const int CollectionsMax = 16;
    private const int TextCharsMax = 8192;
    private const int TopKMax = 100;
    private const int CandidatesMax = 1000;

    /// <summary>Whose documents.</summary>
    public required string Tenant { get; init; }

    /// <summary>Names of the collections.</summary>
    public required IReadOnlyList<string> Collections { get; init; }

    /// <summary>The question.</summary>
    public required string Text { get; init; }

    /// <summary>Its embedding if the caller has it; empty if not.</summary>
    public ReadOnlyMemory<float> Vector { get; init; }

    /// <summary>Most passages to return.</summary>
    public int TopK { get; init; } = 5;

    /// <summary>Candidates that each ranking contributes.</summary>
    public int Candidates { get; init; } = 20;

    /// <summary>Which rankings are used; null for the service's default.</summary>
    public SearchMode? Mode { get; init; }

    /// <summary>Whether a cross-encoder orders the candidates; null for the service's default.</summary>
    public bool? Rerank { get; init; }

    /// <summary>Refuses a query that is not valid.</summary>
    public void RequireValid()
    {
        if (Collections.Count is 0 or > CollectionsMax)
            throw MillraceException.InvalidArgument(
                "collections", $"collections has {Collections.Count} names. Give 1 to {CollectionsMax}.");
        foreach (var name in Collections) UploadRules.RequireCollectionName(name, "collections");
        if (string.IsNullOrWhiteSpace(Text)) throw MillraceException.InvalidArgument("query", "query is empty. Say what to search for.");
        if (Text.Length > TextCharsMax)
            throw MillraceException.InvalidArgument("query", $"query has {Text.Length} characters. Shorten it to {TextCharsMax}.");
        if (TopK is < 1 or > TopKMax)
            throw MillraceException.InvalidArgument("top_k", $"top_k is {TopK}. Set it to 1 to {TopKMax}, or 0 for the default.");
        if (Candidates is < 1 or > CandidatesMax)
            throw MillraceException.InvalidArgument(
                "candidates", $"candidates is {Candidates}. Set it to 1 to {CandidatesMax}, or 0 for the default.");
    }
}

/// <summary>Rank and score of a passage in one stage.</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Rank">Rank, from 1.</param>
/// <param name="Score">Score in the stage's own unit.</param>
internal sealed record StageScore(string Stage, int Rank, double Score);

/// <summary>A passage that was found.</summary>
/// <param name="Passage">The passage.</param>
/// <param name="Score">Its score in the last stage.</param>
/// <param name="Stages">Its rank and score in every stage that it is in.</param>
internal sealed record SearchHit(StoredPassage Passage, double Score, IReadOnlyList<StageScore> Stages);
