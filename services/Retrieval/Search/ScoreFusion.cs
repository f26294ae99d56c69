using Millrace.Retrieval.Index;

namespace Millrace.Retrieval.Search;

/// <summary>
/// Joins rankings by their scores: BM25 as a share of the query's best one, cosine similarity as it is, each times its weight. A near tie
/// then stays one, which ranks would pull apart, and a clear winner stays clear.
/// </summary>
internal static class ScoreFusion
{
    /// <summary>Name of the stage.</summary>
    public const string Stage = "score";

    /// <summary>The fused ranking. Chunks of equal score keep the order in which they were first met.</summary>
    /// <param name="rankings">The rankings with their weights, none empty.</param>
    public static Ranking Fuse(IReadOnlyList<WeightedRanking> rankings)
    {
        var terms = rankings.Select(Terms.Of).ToList();
        var chunks = rankings.SelectMany(ranking => ranking.Ranking.Chunks).Select(chunk => chunk.Chunk).Distinct();
        var fused = chunks.Select(chunk => new ScoredChunk(chunk, terms.Sum(term => term.Weight * term.ScoreOf(chunk))));
        return new Ranking(Stage, [.. fused.OrderByDescending(chunk => chunk.Score)]);
    }

    // A chunk without any of the words has no share. One that is not among the nearest is no nearer than the last of them.
    private sealed record Terms(double Weight, IReadOnlyDictionary<long, double> Scores, double Missing)
    {
        public static Terms Of(WeightedRanking ranking)
        {
            var chunks = ranking.Ranking.Chunks;
            var best = ranking.IsKeyword ? Math.Max(chunks[0].Score, double.Epsilon) : 1;
            return new Terms(
                ranking.Weight,
                chunks.ToDictionary(chunk => chunk.Chunk, chunk => chunk.Score / best),
                ranking.IsKeyword ? 0 : chunks[^1].Score);
        }

        public double ScoreOf(long chunk) => Scores.GetValueOrDefault(chunk, Missing);
    }
}
