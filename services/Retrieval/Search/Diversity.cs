using System.Numerics.Tensors;
using Millrace.Retrieval.Index;

namespace Millrace.Retrieval.Search;

/// <summary>
/// Maximal marginal relevance: the next passage is the one with the largest <c>lambda * relevance - (1 - lambda) * similarity</c>, its
/// similarity being that to the nearest passage already chosen. Relevance is the score moved into 0 to 1.
/// </summary>
internal static class Diversity
{
    /// <summary>Name of the stage.</summary>
    public const string Stage = "mmr";

    /// <summary>Chooses passages. They keep their scores: what is chosen for variety is no more relevant than before.</summary>
    /// <param name="candidates">The candidates, best first.</param>
    /// <param name="vectors">Vectors of length 1 by chunk; one that is missing, or of another length, is like no other.</param>
    /// <param name="lambda">1 looks at relevance alone, 0 at variety alone.</param>
    /// <param name="countMax">Most passages to choose.</param>
    /// <returns>The chosen, in order, and with what value each was chosen.</returns>
    public static (IReadOnlyList<Candidate> Chosen, Ranking Ranking) Choose(
        IReadOnlyList<Candidate> candidates, IReadOnlyDictionary<long, ReadOnlyMemory<float>> vectors, double lambda, int countMax)
    {
        if (candidates.Count == 0) return ([], new Ranking(Stage, []));
        var relevance = Candidates.Normalised(candidates);
        var nearest = new double[candidates.Count];
        List<int> open = [.. Enumerable.Range(0, candidates.Count)];
        List<Candidate> chosen = [];
        List<ScoredChunk> values = [];
        while (chosen.Count < countMax && open.Count > 0)
        {
            var best = open.MaxBy(Value);
            chosen.Add(candidates[best]);
            values.Add(new ScoredChunk(candidates[best].Passage.Row, Value(best)));
            open.Remove(best);
            foreach (var other in open) nearest[other] = Math.Max(nearest[other], Similarity(best, other));
        }

        return (chosen, new Ranking(Stage, values));

        double Value(int i) => (lambda * relevance[i]) - ((1 - lambda) * nearest[i]);

        double Similarity(int a, int b) =>
            vectors.TryGetValue(candidates[a].Passage.Row, out var first)
            && vectors.TryGetValue(candidates[b].Passage.Row, out var second)
            && first.Length == second.Length
                ? TensorPrimitives.Dot(first.Span, second.Span)
                : 0;
    }
}
