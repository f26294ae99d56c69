namespace Millrace.Inference.Sampling;

/// <summary>
/// Chooses the tokens that may be drawn. The filters come in this order, each looking only at what the one before left: top-k, locally
/// typical, top-p, min-p. Only tokens near the best one are looked at first: a vocabulary has 150,000 entries, and few of them matter. When
/// the near ones turn out not to be enough, the net is cast wider, so the result is exact.
/// </summary>
internal static class CandidateFilters
{
    private static ReadOnlySpan<float> Nets => [1e-3f, 1e-4f, 1e-5f, 1e-6f];

    /// <summary>Fills the scratch memory's candidates; at least one.</summary>
    /// <param name="scores">Logits after penalties; none is NaN.</param>
    /// <param name="max">The largest one, finite.</param>
    /// <param name="options">The filters.</param>
    /// <param name="scratch">Working memory.</param>
    public static void Select(ReadOnlySpan<float> scores, float max, SamplingOptions options, SamplerScratch scratch)
    {
        var candidates = scratch.Candidates;
        if (options.TopK > 0) SelectTop(scores, max, options, candidates);
        else if (options.TypicalP < 1) SelectAll(scores, max, options.Temperature, scratch);
        else if (options.TopP < 1) SelectNucleus(scores, max, options, scratch);
        else CollectNear(scores, max, options.Temperature, options.MinP, candidates);

        if (options.TypicalP < 1) candidates.KeepTypical(options.TypicalP);
        if (options.TopP < 1 && (options.TopK > 0 || options.TypicalP < 1)) candidates.KeepMass(options.TopP * candidates.Mass);
        if (options.MinP > 0) candidates.KeepFrom(options.MinP * candidates.MaxWeight);
    }

    /// <summary>Collects at least so many of the heaviest tokens from weights, or all that have any weight.</summary>
    public static void CollectAtLeast(int count, ReadOnlySpan<float> weights, CandidateSet candidates)
    {
        foreach (var net in Nets)
        {
            candidates.Collect(weights, net);
            if (candidates.Count >= count) return;
        }

        candidates.Collect(weights, float.Epsilon);
    }

    private static void SelectAll(ReadOnlySpan<float> scores, float max, float temperature, SamplerScratch scratch)
    {
        Softmax.Weigh(scores, max, temperature, scratch);
        scratch.Candidates.Collect(scratch.Weights, float.Epsilon);
    }

    private static void SelectTop(ReadOnlySpan<float> scores, float max, SamplingOptions options, CandidateSet candidates)
    {
        foreach (var net in Nets)
        {
            CollectNear(scores, max, options.Temperature, net, candidates);
            if (candidates.Count >= options.TopK) break;
        }

        if (candidates.Count < options.TopK) CollectNear(scores, max, options.Temperature, 0, candidates);
        candidates.KeepHeaviest(options.TopK);
    }

    private static void SelectNucleus(ReadOnlySpan<float> scores, float max, SamplingOptions options, SamplerScratch scratch)
    {
        var candidates = scratch.Candidates;
        var mass = options.TopP * Softmax.Weigh(scores, max, options.Temperature, scratch);
        foreach (var net in Nets)
        {
            candidates.Collect(scratch.Weights, net);
            if (candidates.Mass >= mass) break;
        }

        if (candidates.Mass < mass) candidates.Collect(scratch.Weights, float.Epsilon);
        candidates.KeepMass(mass);
    }

    /// <summary>
    /// Tokens at least about this fraction as probable as the best one, without computing the weight of any other; 0 is all of them. What
    /// has no weight at all is left out.
    /// </summary>
    private static void CollectNear(ReadOnlySpan<float> scores, float max, float temperature, float fraction, CandidateSet candidates)
    {
        // A little lower than the fraction says: logarithms round, and the caller compares weights.
        var least = fraction > 0 ? max + (temperature * (MathF.Log(fraction) - 1e-3f)) : float.MinValue;
        candidates.Collect(scores, MathF.BitDecrement(least));
        candidates.Weigh(max, temperature);
        candidates.KeepFrom(float.Epsilon);
    }
}
