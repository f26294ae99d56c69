using System.Numerics.Tensors;
using Millrace.Inference.Scheduling;

namespace Millrace.Inference.Sampling;

/// <summary>Which log probabilities are wanted.</summary>
/// <param name="Chosen">That of each chosen token.</param>
/// <param name="TopCount">How many alternatives at each position.</param>
internal readonly record struct LogprobRequest(bool Chosen, int TopCount);

/// <summary>A chosen token.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Logprob">Natural logarithm of its probability before penalties and filters; 0 when not asked for.</param>
/// <param name="Top">The alternatives, most probable first; empty when not asked for.</param>
internal readonly record struct SampledToken(int Id, float Logprob, TokenLogprob[] Top);

/// <summary>
/// Chooses the next tokens of one sequence: bias and penalties, then temperature, then top-k, top-p and min-p, then a draw. Nothing is
/// allocated per token unless alternatives are asked for.
/// </summary>
internal sealed class Sampler(SamplingOptions options, LogprobRequest logprobs, RandomSource random, SamplerScratch scratch)
{
    private readonly Penalties _penalties = new(options);

    /// <summary>Chooses a token.</summary>
    /// <param name="logits">The model's output.</param>
    /// <param name="sequence">The tokens before.</param>
    /// <returns>The token; null when the output holds no usable number.</returns>
    public SampledToken? Sample(ReadOnlySpan<float> logits, Sequence sequence)
    {
        var work = scratch.Logits.AsSpan();
        logits.CopyTo(work);
        if (BestOf(work) is not { } best) return null;

        var normaliser = logprobs.Chosen ? LogProbabilities.Normaliser(work, work[best], scratch.Weights) : 0;
        var top = logprobs.TopCount > 0 ? LogProbabilities.Top(work, normaliser, logprobs.TopCount) : [];
        _penalties.Apply(work, sequence, scratch);

        // Penalties only ever move finite numbers by finite amounts, so there still is a best token.
        var chosen = Choose(work, BestOf(work) ?? best);
        _penalties.Observe(chosen);
        return new SampledToken(chosen, logprobs.Chosen ? RawLogit(logits[chosen]) - normaliser : 0, top);
    }

    private int Choose(Span<float> logits, int best)
    {
        if (options.IsGreedy || float.IsPositiveInfinity(logits[best])) return best;
        var weights = scratch.Weights.AsSpan();
        TensorPrimitives.Subtract(logits, logits[best], weights);
        TensorPrimitives.Divide(weights, options.Temperature, weights);
        TensorPrimitives.Exp(weights, weights);
        var total = TensorPrimitives.Sum<float>(weights);
        return options.Filters ? DrawFiltered(weights, total, best) : Draw(weights, total, best);
    }

    private int Draw(ReadOnlySpan<float> weights, float total, int best)
    {
        var left = random.NextUnit() * total;
        for (var id = 0; id < weights.Length; id++)
        {
            left -= weights[id];
            if (left < 0) return id;
        }

        // The running difference and the vectorised sum round differently, so the last sliver may belong to nobody.
        return best;
    }

    private int DrawFiltered(ReadOnlySpan<float> weights, float total, int best)
    {
        var candidates = scratch.Candidates.AsSpan(0, Nucleus.Select(weights, total, options, scratch.Candidates));
        var mass = 0.0;
        foreach (var candidate in candidates) mass += candidate.Weight;
        var left = random.NextUnit() * mass;
        foreach (var candidate in candidates)
        {
            left -= candidate.Weight;
            if (left < 0) return candidate.Id;
        }

        return best;
    }

    /// <summary>The best token. NaN counts as impossible: it comes from damaged weights or an overflow, and must not win.</summary>
    private static int? BestOf(Span<float> logits)
    {
        var best = TensorPrimitives.IndexOfMax(logits);
        if (best >= 0 && float.IsNaN(logits[best]))
        {
            logits.Replace(float.NaN, float.NegativeInfinity);
            best = TensorPrimitives.IndexOfMax(logits);
        }

        return best < 0 || float.IsNegativeInfinity(logits[best]) ? null : best;
    }

    private static float RawLogit(float logit) => float.IsNaN(logit) ? float.NegativeInfinity : logit;
}
