namespace Millrace.Inference.Sampling;

/// <summary>
/// Chooses the tokens that may be drawn under top-k, top-p and min-p. Only tokens near the best one are looked at first: a vocabulary has
/// 150,000 entries and sorting them all would cost more than a small model's own step. When the near ones turn out not to be enough, the
/// net is cast wider, so the result is exact.
/// </summary>
internal static class Nucleus
{
    private static ReadOnlySpan<float> Nets => [1e-3f, 1e-6f, 0f];

    /// <summary>Fills the candidates, heaviest first.</summary>
    /// <param name="weights">Weights relative to the best token, whose weight is 1.</param>
    /// <param name="total">Sum of the weights.</param>
    /// <param name="options">The filters.</param>
    /// <param name="candidates">Receives the candidates; as long as the vocabulary.</param>
    /// <returns>How many there are; at least one.</returns>
    public static int Select(ReadOnlySpan<float> weights, float total, SamplingOptions options, Candidate[] candidates)
    {
        var count = 0;
        foreach (var net in Nets)
        {
            count = Gather(weights, Math.Max(net, options.MinP), candidates, out var mass);
            if (options.MinP >= net || IsEnough(count, mass, total, options)) break;
        }

        var gathered = candidates.AsSpan(0, count);
        gathered.Sort();
        if (options.TopK > 0 && gathered.Length > options.TopK) gathered = gathered[..options.TopK];
        return options.TopP < 1 ? CountToReach(gathered, options.TopP * (options.TopK > 0 ? MassOf(gathered) : total)) : gathered.Length;
    }

    private static bool IsEnough(int count, double mass, float total, SamplingOptions options) =>
        options.TopK > 0 ? count >= options.TopK : mass >= options.TopP * total;

    private static int Gather(ReadOnlySpan<float> weights, float least, Candidate[] candidates, out double mass)
    {
        var count = 0;
        mass = 0;
        for (var id = 0; id < weights.Length; id++)
        {
            if (weights[id] < least || weights[id] == 0) continue;
            candidates[count++] = new Candidate(id, weights[id]);
            mass += weights[id];
        }

        return count;
    }

    private static int CountToReach(ReadOnlySpan<Candidate> candidates, double mass)
    {
        var sum = 0.0;
        for (var i = 0; i < candidates.Length; i++)
        {
            sum += candidates[i].Weight;
            if (sum >= mass) return i + 1;
        }

        return candidates.Length;
    }

    private static double MassOf(ReadOnlySpan<Candidate> candidates)
    {
        var sum = 0.0;
        foreach (var candidate in candidates) sum += candidate.Weight;
        return sum;
    }
}
