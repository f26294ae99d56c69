using System.Numerics.Tensors;

namespace Millrace.Inference.Sampling;

/// <summary>
/// A model's output without NaN, which counts as impossible: it comes from damaged weights or an overflow, and must not win.
/// </summary>
internal static class UsableLogits
{
    /// <summary>The logits themselves when none is NaN, which is nearly always; else a copy.</summary>
    /// <param name="logits">The model's output.</param>
    /// <param name="work">Receives the copy; as long as the vocabulary.</param>
    /// <param name="best">The most probable token, the first of equal ones; -1 when no token is possible.</param>
    public static ReadOnlySpan<float> Of(ReadOnlySpan<float> logits, float[] work, out int best)
    {
        best = TensorPrimitives.IndexOfMax(logits);
        if (best >= 0 && float.IsNaN(logits[best]))
        {
            var copy = work.AsSpan(0, logits.Length);
            logits.CopyTo(copy);
            copy.Replace(float.NaN, float.NegativeInfinity);
            best = TensorPrimitives.IndexOfMax<float>(copy);
            logits = copy;
        }

        if (best >= 0 && float.IsNegativeInfinity(logits[best])) best = -1;
        return logits;
    }
}
