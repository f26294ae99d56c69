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
/// Chooses the next tokens of one sequence: bias and penalties, then temperature, then the filters of <see cref="CandidateFilters"/> or
/// mirostat, then a draw. Its state moves once per token: when several tokens are checked at once, it is called for each accepted one in
/// order, and the answer is the same as without. Nothing is allocated per token unless alternatives are asked for.
/// </summary>
internal sealed class Sampler(SamplingOptions options, LogprobRequest logprobs, RandomSource random, SamplerScratch scratch)
{
    private readonly Penalties _penalties = new(options);
    private readonly Mirostat? _mirostat = options.Mirostat > 0 ? new Mirostat(options) : null;

    /// <summary>Chooses a token.</summary>
    /// <param name="logits">The model's output.</param>
    /// <param name="sequence">The tokens before.</param>
    /// <returns>The token; null when the output holds no usable number.</returns>
    public SampledToken? Sample(ReadOnlySpan<float> logits, Sequence sequence)
    {
        var usable = UsableLogits.Of(logits, scratch.Logits, out var best);
        if (best < 0) return null;
        var normaliser = logprobs.Chosen ? LogProbabilities.Normaliser(usable, usable[best], scratch.Weights) : 0;
        var top = logprobs.TopCount > 0 ? LogProbabilities.Top(usable, normaliser, logprobs.TopCount) : [];
        var chosen = _penalties.AreIdle ? Choose(usable, best) : ChoosePenalised(usable, best, sequence);
        _penalties.Observe(chosen);
        return new SampledToken(chosen, logprobs.Chosen ? LogProbabilities.Of(logits[chosen], normaliser) : 0, top);
    }

    private int ChoosePenalised(ReadOnlySpan<float> usable, int best, Sequence sequence)
    {
        var changed = scratch.Logits.AsSpan(0, usable.Length);
        if (!usable.Overlaps(changed)) usable.CopyTo(changed);
        _penalties.Apply(changed, sequence, scratch);

        // Penalties only ever move finite numbers by finite amounts, so there still is a best token.
        var bestNow = TensorPrimitives.IndexOfMax<float>(changed);
        return Choose(changed, bestNow < 0 ? best : bestNow);
    }

    private int Choose(ReadOnlySpan<float> scores, int best)
    {
        if (options.IsGreedy || float.IsPositiveInfinity(scores[best])) return best;
        if (_mirostat is not null) return _mirostat.Draw(scores, best, random, scratch);
        if (!options.Filters) return Softmax.Draw(Softmax.Weigh(scores, scores[best], options.Temperature, scratch), random, scratch, best);
        CandidateFilters.Select(scores, scores[best], options, scratch);
        return scratch.Candidates.Draw(random).Id;
    }
}
