using System.Runtime.Intrinsics;

namespace Millrace.VectorIndex.Distance;

/// <summary>What one pair of numbers adds to a sum over two vectors.</summary>
internal interface ITerm
{
    static abstract Vector512<float> Add(Vector512<float> a, Vector512<float> b, Vector512<float> sum);

    static abstract Vector256<float> Add(Vector256<float> a, Vector256<float> b, Vector256<float> sum);

    static abstract Vector128<float> Add(Vector128<float> a, Vector128<float> b, Vector128<float> sum);
}

/// <summary>Their product.</summary>
internal readonly struct ProductTerm : ITerm
{
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b, Vector512<float> sum) =>
        Vector512.MultiplyAddEstimate(a, b, sum);

    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b, Vector256<float> sum) =>
        Vector256.MultiplyAddEstimate(a, b, sum);

    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b, Vector128<float> sum) =>
        Vector128.MultiplyAddEstimate(a, b, sum);
}

/// <summary>The square of their difference.</summary>
internal readonly struct SquareTerm : ITerm
{
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b, Vector512<float> sum) =>
        Vector512.MultiplyAddEstimate(a - b, a - b, sum);

    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b, Vector256<float> sum) =>
        Vector256.MultiplyAddEstimate(a - b, a - b, sum);

    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b, Vector128<float> sum) =>
        Vector128.MultiplyAddEstimate(a - b, a - b, sum);
}
