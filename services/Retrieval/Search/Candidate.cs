using Millrace.Retrieval.Index;
using Millrace.Retrieval.Store;

namespace Millrace.Retrieval.Search;

/// <summary>A passage on its way through the stages after the fusion.</summary>
/// <param name="Passage">The passage.</param>
/// <param name="Score">Its score in the last stage that it went through.</param>
internal sealed record Candidate(StoredPassage Passage, double Score);

/// <summary>What stages do with candidates.</summary>
internal static class Candidates
{
    /// <summary>The candidates by score, best first; those of equal score keep their order.</summary>
    public static IReadOnlyList<Candidate> BestFirst(this IEnumerable<Candidate> candidates) =>
        [.. candidates.OrderByDescending(candidate => candidate.Score)];

    /// <summary>The candidates as a stage's ranking.</summary>
    public static Ranking ToRanking(this IEnumerable<Candidate> candidates, string stage) =>
        new(stage, [.. candidates.Select(candidate => new ScoredChunk(candidate.Passage.Row, candidate.Score))]);

    /// <summary>The scores moved into 0 to 1, the lowest 0 and the highest 1; 1 for all where they are equal.</summary>
    public static double[] Normalised(IReadOnlyList<Candidate> candidates)
    {
        var (low, high) = (candidates.Min(candidate => candidate.Score), candidates.Max(candidate => candidate.Score));
        return [.. candidates.Select(candidate => high > low ? (candidate.Score - low) / (high - low) : 1)];
    }
}
