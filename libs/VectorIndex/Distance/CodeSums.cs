using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Millrace.VectorIndex.Distance;

/// <summary>
/// Inner products of eight-bit codes from -127 to 127, two vectors or one and four others. Lengths are multiples of <see cref="Step"/>.
/// AVX2 multiplies unsigned by signed bytes only, so the sign of the one moves to the other; the sum of two products, 32,258 at most, just
/// fits 16 bits.
/// </summary>
internal static unsafe class CodeSums
{
    /// <summary>Codes per step: what every length is a multiple of.</summary>
    public const int Step = 32;

    /// <summary>The inner product of two vectors.</summary>
    public static int One(sbyte* a, sbyte* b, int length) => Avx2.IsSupported ? OneAvx2(a, b, length) : OnePortable(a, b, length);

    /// <summary>The inner products of a query and four others.</summary>
    /// <param name="query">The query.</param>
    /// <param name="others">Where the four begin, less the offset.</param>
    /// <param name="offset">Bytes to add to each of them.</param>
    /// <param name="length">Codes in each.</param>
    /// <param name="sums">Takes the four sums.</param>
    public static void Four(sbyte* query, byte** others, int offset, int length, int* sums)
    {
        if (Avx2.IsSupported) FourAvx2(query, others, offset, length, sums);
        else
            for (var i = 0; i < 4; i++) sums[i] = OnePortable(query, (sbyte*)(others[i] + offset), length);
    }

    internal static int OnePortable(sbyte* a, sbyte* b, int length)
    {
        var sum = Vector128<int>.Zero;
        for (var i = 0; i < length; i += Vector128<sbyte>.Count)
        {
            var (lowA, highA) = Vector128.Widen(Vector128.Load(a + i));
            var (lowB, highB) = Vector128.Widen(Vector128.Load(b + i));
            var (first, second) = Vector128.Widen(lowA * lowB);
            var (third, fourth) = Vector128.Widen(highA * highB);
            sum += first + second + (third + fourth);
        }

        return Vector128.Sum(sum);
    }

    private static int OneAvx2(sbyte* a, sbyte* b, int length)
    {
        var ones = Vector256.Create((short)1);
        var sum = Vector256<int>.Zero;
        for (var i = 0; i < length; i += Step)
        {
            var codes = Vector256.Load(a + i);
            sum += Products(Avx2.Abs(codes), codes, Vector256.Load(b + i), ones);
        }

        return Vector256.Sum(sum);
    }

    private static void FourAvx2(sbyte* query, byte** others, int offset, int length, int* sums)
    {
        sbyte* a = (sbyte*)(others[0] + offset), b = (sbyte*)(others[1] + offset);
        sbyte* c = (sbyte*)(others[2] + offset), d = (sbyte*)(others[3] + offset);
        var ones = Vector256.Create((short)1);
        Vector256<int> sumA = default, sumB = default, sumC = default, sumD = default;
        for (var i = 0; i < length; i += Step)
        {
            var codes = Vector256.Load(query + i);
            var sizes = Avx2.Abs(codes);
            sumA += Products(sizes, codes, Vector256.Load(a + i), ones);
            sumB += Products(sizes, codes, Vector256.Load(b + i), ones);
            sumC += Products(sizes, codes, Vector256.Load(c + i), ones);
            sumD += Products(sizes, codes, Vector256.Load(d + i), ones);
        }

        sums[0] = Vector256.Sum(sumA);
        sums[1] = Vector256.Sum(sumB);
        sums[2] = Vector256.Sum(sumC);
        sums[3] = Vector256.Sum(sumD);
    }

    private static Vector256<int> Products(
        Vector256<byte> sizes, Vector256<sbyte> codes, Vector256<sbyte> others, Vector256<short> ones) =>
        Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(sizes, Avx2.Sign(others, codes)), ones);
}
