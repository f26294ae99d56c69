using System.Numerics.Tensors;

namespace Millrace.Inference.Sampling;

/// <summary>
/// Weights of all tokens, and draws from them. Both go block by block: a block stays in the fastest cache from the subtraction to the sum,
/// and a draw looks into one block only.
/// </summary>
internal static class Softmax
{
    private const int BlockLength = 2048;

    /// <summary>How many blocks a vocabulary has.</summary>
    public static int BlocksOf(int vocabularySize) => (vocabularySize + BlockLength - 1) / BlockLength;

    /// <summary>Fills the scratch memory's weights, relative to the best token, and the sums of their blocks.</summary>
    /// <returns>The sum of all weights.</returns>
    public static double Weigh(ReadOnlySpan<float> scores, float max, float temperature, SamplerScratch scratch)
    {
        var total = 0.0;
        for (var start = 0; start < scores.Length; start += BlockLength)
        {
            var length = Math.Min(BlockLength, scores.Length - start);
            var block = scratch.Weights.AsSpan(start, length);
            TensorPrimitives.Subtract(scores.Slice(start, length), max, block);
            if (temperature != 1) TensorPrimitives.Divide(block, temperature, block);
            TensorPrimitives.Exp(block, block);
            total += scratch.BlockSums[start / BlockLength] = TensorPrimitives.Sum<float>(block);
        }

        return total;
    }

    /// <summary>Draws a token in proportion to the weights that were filled last.</summary>
    public static int Draw(double total, RandomSource random, SamplerScratch scratch, int best)
    {
        var left = random.NextUnit() * total;
        for (var i = 0; i < scratch.BlockSums.Length; i++)
        {
            if (left < scratch.BlockSums[i]) return DrawFromBlock(i * BlockLength, left, scratch.Weights, best);
            left -= scratch.BlockSums[i];
        }

        return best;
    }

    private static int DrawFromBlock(int start, double left, ReadOnlySpan<float> weights, int best)
    {
        var end = Math.Min(weights.Length, start + BlockLength);
        for (var id = start; id < end; id++)
        {
            left -= weights[id];
            if (left < 0) return id;
        }

        // The running difference and the vectorised sum round differently, so the last sliver may belong to nobody.
        return best;
    }
}
