using System.Numerics.Tensors;

namespace Millrace.Inference.Sampling;

/// <summary>A token with the natural logarithm of its probability.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Logprob">Zero or less.</param>
internal readonly record struct TokenLogprob(int Id, float Logprob);

/// <summary>Log-softmax over the model's own logits, before penalties and filters.</summary>
internal static class LogProbabilities
{
    /// <summary>The logarithm of the sum of all exponentials: subtract it from a logit to get a log probability.</summary>
    /// <param name="logits">The logits; none is NaN.</param>
    /// <param name="max">The largest logit.</param>
    /// <param name="work">Working memory of the same length.</param>
    public static float Normaliser(ReadOnlySpan<float> logits, float max, Span<float> work)
    {
        TensorPrimitives.Subtract(logits, max, work);
        TensorPrimitives.Exp(work, work);
        return max + MathF.Log(TensorPrimitives.Sum<float>(work));
    }

    /// <summary>How probable a given token is after an output; the alternatives beside it as asked for.</summary>
    public static SampledToken Of(int token, ReadOnlySpan<float> logits, LogprobRequest request, SamplerScratch scratch)
    {
        var max = TensorPrimitives.MaxNumber(logits);
        var normaliser = Normaliser(logits, max, scratch.Weights);
        var top = request.TopCount > 0 ? Top(logits, normaliser, request.TopCount) : [];
        return new SampledToken(token, logits[token] - normaliser, top);
    }

    /// <summary>The most probable tokens, best first; equal ones by id.</summary>
    public static TokenLogprob[] Top(ReadOnlySpan<float> logits, float normaliser, int count)
    {
        var top = new TokenLogprob[Math.Min(count, logits.Length)];
        var filled = 0;
        for (var id = 0; id < logits.Length && top.Length > 0; id++)
        {
            var logprob = logits[id] - normaliser;
            if (filled == top.Length && logprob <= top[^1].Logprob) continue;
            if (filled < top.Length) filled++;
            Insert(top.AsSpan(0, filled), new TokenLogprob(id, logprob));
        }

        return top;
    }

    private static void Insert(Span<TokenLogprob> top, TokenLogprob entry)
    {
        var place = top.Length - 1;
        for (; place > 0 && top[place - 1].Logprob < entry.Logprob; place--) top[place] = top[place - 1];
        top[place] = entry;
    }
}
