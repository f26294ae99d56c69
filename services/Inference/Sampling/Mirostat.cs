namespace Millrace.Inference.Sampling;

/// <summary>
/// Keeps the mean surprise of a sequence's tokens near a target: tokens of more than a certain surprise are excluded, and that bound moves
/// after each token by how much the token missed the target. Surprise is in bits, by the distribution before the exclusion, so that over a
/// long text the mean really is the target. Version 1 derives from the bound how many of the most probable tokens may be drawn, by
/// fitting Zipf's law to them; version 2 applies the bound to each token. One for each sequence.
/// </summary>
internal sealed class Mirostat(SamplingOptions options)
{
    private const int FittedMax = 100;

    private double _bound = 2.0 * options.MirostatTau;

    /// <summary>Chooses a token.</summary>
    /// <param name="scores">Logits after penalties; none is NaN.</param>
    /// <param name="best">The largest one, finite.</param>
    /// <param name="random">Where chance comes from.</param>
    /// <param name="scratch">Working memory.</param>
    public int Draw(ReadOnlySpan<float> scores, int best, RandomSource random, SamplerScratch scratch)
    {
        var total = Softmax.Weigh(scores, scores[best], options.Temperature, scratch);
        if (options.Mirostat == 1) SelectByRank(total, scratch);
        else SelectBySurprise(total, best, scratch);
        var drawn = scratch.Candidates.Draw(random);
        _bound -= options.MirostatEta * (Math.Log2(total / drawn.Weight) - options.MirostatTau);
        return drawn.Id;
    }

    private void SelectBySurprise(double total, int best, SamplerScratch scratch)
    {
        var least = total * Math.Pow(2, -_bound);
        if (least > 1) scratch.Candidates.SetTo(best);
        else scratch.Candidates.Collect(scratch.Weights, Math.Max((float)least, float.Epsilon));
    }

    private void SelectByRank(double total, SamplerScratch scratch)
    {
        var candidates = scratch.Candidates;
        CandidateFilters.CollectAtLeast(FittedMax, scratch.Weights, candidates);
        Span<float> fitted = stackalloc float[FittedMax];
        var count = RankMax(fitted[..candidates.Heaviest(fitted)], scratch.Weights.Length);
        if (count > candidates.Count) CandidateFilters.CollectAtLeast(count, scratch.Weights, candidates);
        candidates.KeepHeaviest(count);
    }

    /// <summary>How many of the most probable tokens have a mean surprise near the bound, if they follow Zipf's law.</summary>
    private int RankMax(ReadOnlySpan<float> heaviest, int vocabularySize)
    {
        var exponent = ZipfExponent(heaviest);
        var excess = exponent - 1;

        // The quotient tends to the logarithm when the exponent tends to 1.
        var sum = Math.Abs(excess) < 1e-6 ? Math.Log(vocabularySize) : (1 - Math.Pow(vocabularySize, -excess)) / excess;
        var rank = Math.Pow(Math.Pow(2, _bound) / sum, 1 / exponent);
        return double.IsNaN(rank) ? vocabularySize : (int)Math.Clamp(Math.Round(rank), 1, vocabularySize);
    }

    /// <summary>The least-squares slope of log probability over log rank, from one rank to the next.</summary>
    private static double ZipfExponent(ReadOnlySpan<float> heaviest)
    {
        var (product, square) = (0.0, 0.0);
        for (var i = 0; i + 1 < heaviest.Length; i++)
        {
            var step = Math.Log((i + 2.0) / (i + 1.0));
            product += step * Math.Log(heaviest[i] / (double)heaviest[i + 1]);
            square += step * step;
        }

        return square > 0 ? product / square : double.PositiveInfinity;
    }
}
