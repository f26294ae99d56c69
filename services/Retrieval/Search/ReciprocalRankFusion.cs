using Millrace.Retrieval.Index;

namespace Millrace.Retrieval.Search;

/// <summary>
/// Joins rankings whose scores cannot be compared: a chunk's score is the sum over the rankings of <c>weight / (constant + rank)</c>.
/// </summary>
internal static class ReciprocalRankFusion
{
    /// <summary>Name of the stage.</summary>
    public const string Stage = "rrf";

    /// <summary>The fused ranking. Chunks of equal score keep the order in which they were first met, so that the result is always the
    /// same.</summary>
    /// <param name="rankings">The rankings with their weights.</param>
    /// <param name="constant">Above 0; the larger, the less the first ranks count.</param>
    public static Ranking Fuse(IReadOnlyList<WeightedRanking> rankings, double constant)
    {
        var scores = new Dictionary<long, double>();
        foreach (var (ranking, weight) in rankings)
        {
            for (var i = 0; i < ranking.Chunks.Count; i++)
            {
                var chunk = ranking.Chunks[i].Chunk;
                scores[chunk] = scores.GetValueOrDefault(chunk) + (weight / (constant + i + 1));
            }
        }

        return new Ranking(
            Stage, [.. scores.OrderByDescending(entry => entry.Value).Select(entry => new ScoredChunk(entry.Key, entry.Value))]);
    }
}
