using Millrace.Inference.Configuration;
using Millrace.LlamaCpp;

namespace Millrace.Inference.Models.Memory;

/// <summary>Says what a model will take before anything of it is loaded.</summary>
internal static class MemoryEstimator
{
    // The library rounds the cells of each cache up to this.
    private const int CellsStep = 256;

    private const int FloatBytes = 4;

    /// <summary>The memory of a model of this shape with these settings.</summary>
    public static MemoryEstimate Estimate(ModelShape shape, ModelSettings settings)
    {
        var context = settings.ContextFor(shape.ContextTokens, canCut: shape.StateElements == 0);
        var streams = context.UnifiedCache ? 1 : context.SequencesMax;
        var perStream = RoundedUp(context.ContextTokens / streams);
        var cells = (long)perStream * streams;
        var cell = Bytes(settings.KeyCacheType, shape.KeyElements) + Bytes(settings.ValueCacheType, shape.ValueElements);
        var cache = (cells * cell) + (shape.StateElements * FloatBytes * context.SequencesMax);
        return new MemoryEstimate(shape.TensorBytes, cache, Work(shape, settings, perStream), (int)Math.Min(cells, int.MaxValue))
        {
            Kept = settings.StashedTokens(shape.ContextTokens, canCut: shape.StateElements == 0) * cell,
        };
    }

    /// <summary>
    /// The buffers of one piece of a step. At its end stand the outputs of all its tokens. In its middle stand a layer's activations, or
    /// without fused attention a score per head, token and cell, and beside them the mask of the cells that each token sees. The larger of
    /// the two counts, for the memory of the one is used again for the other.
    /// </summary>
    private static long Work(ModelShape shape, ModelSettings settings, int cells)
    {
        var end = shape.Vocabulary + (2L * shape.Width);
        var scores = settings.FlashAttention == FlashAttention.Disabled ? (long)shape.Heads * cells : 0;
        var middle = Math.Max(2L * shape.FeedForward, scores) + (6L * shape.Width) + cells;
        var outputs = (long)settings.SlotsMax * shape.Vocabulary;
        return FloatBytes * ((settings.MicroBatchTokens * Math.Max(end, middle)) + outputs);
    }

    private static int RoundedUp(int cells) => (int)Math.Min(((long)cells + CellsStep - 1) / CellsStep * CellsStep, int.MaxValue);

    private static long Bytes(CacheElementType type, long elements) => type switch
    {
        CacheElementType.F32 => elements * 4,
        CacheElementType.Q8 => elements / 32 * 34,
        CacheElementType.Q4 => elements / 32 * 18,
        _ => elements * 2,
    };
}
