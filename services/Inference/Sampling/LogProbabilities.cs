using System.Numerics.Tensors;

namespace Millrace.Inference.Sampling;

/// <summary>A token with the natural logarithm of its probability.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Logprob">Zero or less.</param>
internal readonly record struct TokenLogprob(int Id, float Logprob);

/// <summary>Log-softmax over the model's own logits, before penalties and filters.</summary>
internal static class LogProbabilities
{
    private const int BlockLength = 2048;
    private const int SkipLength = 256;

    /// <summary>The log probability of a token that was not drawn but given, such as a prompt's.</summary>
    /// <param name="token">The token.</param>
    /// <param name="logits">The model's output at the position before it.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="scratch">Working memory.</param>
    /// <returns>The token; an output without a usable number makes it impossible, with no alternatives.</returns>
    public static SampledToken Of(int token, ReadOnlySpan<float> logits, LogprobRequest request, SamplerScratch scratch)
    {
        if (!request.Chosen) return new SampledToken(token, 0, []);
        var usable = UsableLogits.Of(logits, scratch.Logits, out var best);
        if (best < 0) return new SampledToken(token, float.NegativeInfinity, []);
        var normaliser = Normaliser(usable, usable[best], scratch.Weights);
        var top = request.TopCount > 0 ? Top(usable, normaliser, request.TopCount) : [];
        return new SampledToken(token, Of(usable[token], normaliser), top);
    }

    /// <summary>The log probability that belongs to a logit; NaN is impossible.</summary>
    public static float Of(float logit, float normaliser)
    {
        if (float.IsNaN(logit)) return float.NegativeInfinity;
        return logit == normaliser ? 0 : logit - normaliser;
    }

    /// <summary>The logarithm of the sum of all exponentials: subtract it from a logit to get a log probability.</summary>
    /// <param name="logits">The logits; none is NaN.</param>
    /// <param name="max">The largest logit.</param>
    /// <param name="work">Working memory of the same length.</param>
    public static float Normaliser(ReadOnlySpan<float> logits, float max, Span<float> work)
    {
        if (float.IsPositiveInfinity(max)) return max;
        var total = 0.0;
        for (var start = 0; start < logits.Length; start += BlockLength)
        {
            var block = work[..Math.Min(BlockLength, logits.Length - start)];
            TensorPrimitives.Subtract(logits.Slice(start, block.Length), max, block);
            TensorPrimitives.Exp(block, block);
            total += TensorPrimitives.Sum<float>(block);
        }

        return (float)(max + Math.Log(total));
    }

    /// <summary>The most probable tokens, best first; equal ones by id.</summary>
    public static TokenLogprob[] Top(ReadOnlySpan<float> logits, float normaliser, int count)
    {
        var top = new TokenLogprob[Math.Min(count, logits.Length)];
        var filled = 0;
        for (var start = 0; start < logits.Length && top.Length > 0; start += SkipLength)
        {
            var block = logits[start..Math.Min(logits.Length, start + SkipLength)];
            if (filled == top.Length && Of(TensorPrimitives.Max(block), normaliser) <= top[^1].Logprob) continue;
            for (var i = 0; i < block.Length; i++) Offer(new TokenLogprob(start + i, Of(block[i], normaliser)), top, ref filled);
        }

        return top;
    }

    private static void Offer(TokenLogprob entry, Span<TokenLogprob> top, ref int filled)
    {
        if (filled == top.Length && entry.Logprob <= top[^1].Logprob) return;
        if (filled < top.Length) filled++;
        Insert(top[..filled], entry);
    }

    private static void Insert(Span<TokenLogprob> top, TokenLogprob entry)
    {
        var place = top.Length - 1;
        for (; place > 0 && top[place - 1].Logprob < entry.Logprob; place--) top[place] = top[place - 1];
        top[place] = entry;
    }
}
