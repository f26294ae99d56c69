using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Millrace.VectorIndex.Distance;

/// <summary>
/// Brings vectors into the forms in which they are kept: padded float32, of unit length for the cosine, and int8 codes. Refuses what has no
/// place among others.
/// </summary>
internal static unsafe class VectorForm
{
    private const float CodeMax = 127;

    // Below this, numbers lose their last bits, and what they are divided by its meaning.
    private const float SmallestSquare = 1.2e-38f;

    // Below this, what a code is multiplied by is no longer a number.
    private const float SmallestScaled = 1e-36f;

    private const string ZeroFault = "has length zero and so no direction, which the cosine needs: leave it out, or use another metric.";

    /// <summary>Numbers of a float32 vector with its padding.</summary>
    public static int FloatLength(int dimension) => RoundUp(dimension, FloatSums.Step);

    /// <summary>Codes of an int8 vector with its padding.</summary>
    public static int CodeLength(int dimension) => RoundUp(dimension, CodeSums.Step);

    /// <summary>What is wrong with a vector; null when nothing is.</summary>
    public static string? Fault(ReadOnlySpan<float> vector, Metric metric)
    {
        var sum = TensorPrimitives.SumOfSquares(vector);
        if (float.IsFinite(sum)) return metric == Metric.Cosine && sum < SmallestSquare ? ZeroFault : null;
        return vector.ContainsAnyExceptInRange(float.MinValue, float.MaxValue)
            ? "has a number that is NaN or infinite: leave it out, and find out why the model returned it."
            : "has numbers so large that their squares overflow: scale all vectors down.";
    }

    /// <summary>Writes the padded float32 form.</summary>
    /// <returns>What the form is to be multiplied by to get the vector back.</returns>
    public static float WriteFloats(ReadOnlySpan<float> vector, Metric metric, float* target)
    {
        var padded = new Span<float>(target, FloatLength(vector.Length));
        padded[vector.Length..].Clear();
        if (metric != Metric.Cosine)
        {
            vector.CopyTo(padded);
            return 1;
        }

        var norm = TensorPrimitives.Norm(vector);
        TensorPrimitives.Divide(vector, norm, padded);
        return norm;
    }

    /// <summary>Writes the codes, and their tail, of a padded float32 form.</summary>
    public static void WriteCodes(float* floats, int dimension, sbyte* target)
    {
        var vector = new ReadOnlySpan<float>(floats, dimension);
        var (read, length) = (FloatLength(dimension), CodeLength(dimension));
        var largest = Math.Abs(TensorPrimitives.MaxMagnitude(vector));
        var factor = largest > SmallestScaled ? CodeMax / largest : 0;
        for (var i = 0; i < read; i += FloatSums.Step) Codes(floats + i, factor).Store(target + i);
        new Span<sbyte>(target + read, length - read).Clear();
        *(CodeTail*)(target + length) = new(largest / CodeMax, TensorPrimitives.SumOfSquares(vector));
    }

    private static Vector128<sbyte> Codes(float* floats, float factor)
    {
        var low = Vector256.Narrow(Rounded(floats, factor), Rounded(floats + 8, factor));
        return Vector128.Narrow(low.GetLower(), low.GetUpper());
    }

    private static Vector256<int> Rounded(float* floats, float factor) =>
        Vector256.ConvertToInt32(Vector256.Round(Vector256.Load(floats) * factor));

    private static int RoundUp(int count, int step) => (count + step - 1) / step * step;
}
