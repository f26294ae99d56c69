using System.Runtime.Intrinsics;

namespace Millrace.VectorIndex.Distance;

/// <summary>
/// Sums over two vectors of float32, or over one and four others. Pointers, because bounds checks would cost as much as the work. Lengths
/// are multiples of <see cref="Step"/>: vectors are padded with zeros. Four at a time share the loads of the query and keep eight sums
/// going, so that no addition waits for the one before it.
/// </summary>
internal static unsafe class FloatSums
{
    /// <summary>Numbers per step: what every length is a multiple of.</summary>
    public const int Step = 16;

    /// <summary>The sum over two vectors.</summary>
    public static float One<TTerm>(float* a, float* b, int length)
        where TTerm : struct, ITerm
    {
        if (Vector512.IsHardwareAccelerated) return One512<TTerm>(a, b, length);
        return Vector256.IsHardwareAccelerated ? One256<TTerm>(a, b, length) : One128<TTerm>(a, b, length);
    }

    /// <summary>The sums over a query and four others.</summary>
    /// <param name="query">The query.</param>
    /// <param name="others">Where the four begin, less the offset.</param>
    /// <param name="offset">Bytes to add to each of them.</param>
    /// <param name="length">Numbers in each.</param>
    /// <param name="sums">Takes the four sums.</param>
    public static void Four<TTerm>(float* query, byte** others, int offset, int length, float* sums)
        where TTerm : struct, ITerm
    {
        if (Vector512.IsHardwareAccelerated) Four512<TTerm>(query, others, offset, length, sums);
        else if (Vector256.IsHardwareAccelerated) Four256<TTerm>(query, others, offset, length, sums);
        else
            for (var i = 0; i < 4; i++) sums[i] = One128<TTerm>(query, (float*)(others[i] + offset), length);
    }

    internal static float One512<TTerm>(float* a, float* b, int length)
        where TTerm : struct, ITerm
    {
        var sum = Vector512<float>.Zero;
        for (var i = 0; i < length; i += Step) sum = TTerm.Add(Vector512.Load(a + i), Vector512.Load(b + i), sum);
        return Vector512.Sum(sum);
    }

    internal static float One256<TTerm>(float* a, float* b, int length)
        where TTerm : struct, ITerm
    {
        var even = Vector256<float>.Zero;
        var odd = Vector256<float>.Zero;
        for (var i = 0; i < length; i += Step)
        {
            even = TTerm.Add(Vector256.Load(a + i), Vector256.Load(b + i), even);
            odd = TTerm.Add(Vector256.Load(a + i + 8), Vector256.Load(b + i + 8), odd);
        }

        return Vector256.Sum(even + odd);
    }

    internal static float One128<TTerm>(float* a, float* b, int length)
        where TTerm : struct, ITerm
    {
        var first = Vector128<float>.Zero;
        var second = Vector128<float>.Zero;
        var third = Vector128<float>.Zero;
        var fourth = Vector128<float>.Zero;
        for (var i = 0; i < length; i += Step)
        {
            first = TTerm.Add(Vector128.Load(a + i), Vector128.Load(b + i), first);
            second = TTerm.Add(Vector128.Load(a + i + 4), Vector128.Load(b + i + 4), second);
            third = TTerm.Add(Vector128.Load(a + i + 8), Vector128.Load(b + i + 8), third);
            fourth = TTerm.Add(Vector128.Load(a + i + 12), Vector128.Load(b + i + 12), fourth);
        }

        return Vector128.Sum(first + second + (third + fourth));
    }

    internal static void Four512<TTerm>(float* query, byte** others, int offset, int length, float* sums)
        where TTerm : struct, ITerm
    {
        float* a = (float*)(others[0] + offset), b = (float*)(others[1] + offset);
        float* c = (float*)(others[2] + offset), d = (float*)(others[3] + offset);
        Vector512<float> sumA = default, sumB = default, sumC = default, sumD = default;
        for (var i = 0; i < length; i += Step)
        {
            var q = Vector512.Load(query + i);
            sumA = TTerm.Add(q, Vector512.Load(a + i), sumA);
            sumB = TTerm.Add(q, Vector512.Load(b + i), sumB);
            sumC = TTerm.Add(q, Vector512.Load(c + i), sumC);
            sumD = TTerm.Add(q, Vector512.Load(d + i), sumD);
        }

        (sums[0], sums[1]) = (Vector512.Sum(sumA), Vector512.Sum(sumB));
        (sums[2], sums[3]) = (Vector512.Sum(sumC), Vector512.Sum(sumD));
    }

    internal static void Four256<TTerm>(float* query, byte** others, int offset, int length, float* sums)
        where TTerm : struct, ITerm
    {
        float* a = (float*)(others[0] + offset), b = (float*)(others[1] + offset);
        float* c = (float*)(others[2] + offset), d = (float*)(others[3] + offset);
        Vector256<float> evenA = default, evenB = default, evenC = default, evenD = default;
        Vector256<float> oddA = default, oddB = default, oddC = default, oddD = default;
        for (var i = 0; i < length; i += Step)
        {
            var even = Vector256.Load(query + i);
            evenA = TTerm.Add(even, Vector256.Load(a + i), evenA);
            evenB = TTerm.Add(even, Vector256.Load(b + i), evenB);
            evenC = TTerm.Add(even, Vector256.Load(c + i), evenC);
            evenD = TTerm.Add(even, Vector256.Load(d + i), evenD);
            var odd = Vector256.Load(query + i + 8);
            oddA = TTerm.Add(odd, Vector256.Load(a + i + 8), oddA);
            oddB = TTerm.Add(odd, Vector256.Load(b + i + 8), oddB);
            oddC = TTerm.Add(odd, Vector256.Load(c + i + 8), oddC);
            oddD = TTerm.Add(odd, Vector256.Load(d + i + 8), oddD);
        }

        sums[0] = Vector256.Sum(evenA + oddA);
        sums[1] = Vector256.Sum(evenB + oddB);
        sums[2] = Vector256.Sum(evenC + oddC);
        sums[3] = Vector256.Sum(evenD + oddD);
    }
}
