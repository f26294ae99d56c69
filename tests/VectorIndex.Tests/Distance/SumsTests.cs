using Millrace.VectorIndex.Distance;

namespace Millrace.VectorIndex.Tests.Distance;

/// <summary>Every width of the sums against the plain loop, whether or not this processor would choose it.</summary>
public sealed unsafe class SumsTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(48)]
    [InlineData(384)]
    public void FloatSums_EveryWidth_AreThePlainSums(int length)
    {
        var (a, b) = (Floats(length, 1), Floats(length, 2));
        var product = a.Zip(b, (x, y) => (double)x * y).Sum();
        var square = a.Zip(b, (x, y) => Math.Pow(x - y, 2)).Sum();

        fixed (float* x = a, y = b)
        {
            Assert.All(
                [FloatSums.One<ProductTerm>(x, y, length), FloatSums.One512<ProductTerm>(x, y, length),
                    FloatSums.One256<ProductTerm>(x, y, length), FloatSums.One128<ProductTerm>(x, y, length)],
                sum => Assert.Equal(product, sum, 1e-3));
            Assert.All(
                [FloatSums.One<SquareTerm>(x, y, length), FloatSums.One512<SquareTerm>(x, y, length),
                    FloatSums.One256<SquareTerm>(x, y, length), FloatSums.One128<SquareTerm>(x, y, length)],
                sum => Assert.Equal(square, sum, 1e-3));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    [InlineData(512)]
    public void FloatSums_Four_AreFourTimesOne(int width)
    {
        const int Length = 80;
        const int Offset = 64;
        var query = Floats(Length, 3);
        var others = Enumerable.Range(4, 4).Select(seed => Floats(Length + (Offset / sizeof(float)), seed)).ToArray();
        var sums = new float[4];

        fixed (float* q = query, a = others[0], b = others[1], c = others[2], d = others[3], result = sums)
        {
            var records = stackalloc byte*[] { (byte*)a, (byte*)b, (byte*)c, (byte*)d };
            if (width == 512) FloatSums.Four512<ProductTerm>(q, records, Offset, Length, result);
            else if (width == 256) FloatSums.Four256<ProductTerm>(q, records, Offset, Length, result);
            else FloatSums.Four<ProductTerm>(q, records, Offset, Length, result);
        }

        for (var i = 0; i < 4; i++)
            Assert.Equal(query.Zip(others[i].Skip(Offset / sizeof(float)), (x, y) => (double)x * y).Sum(), sums[i], 1e-3);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(384)]
    public void CodeSums_ExtremeAndRandomCodes_AreThePlainSums(int length)
    {
        var random = new Random(5);
        var a = Enumerable.Range(0, length).Select(i => (sbyte)(i % 3 == 0 ? -127 : i % 3 == 1 ? 127 : random.Next(-127, 128))).ToArray();
        var b = Enumerable.Range(0, length).Select(i => (sbyte)(i % 2 == 0 ? 127 : -127)).ToArray();
        var sums = new int[4];
        int one, portable;

        fixed (sbyte* x = a, y = b)
        fixed (int* result = sums)
        {
            one = CodeSums.One(x, y, length);
            portable = CodeSums.OnePortable(x, y, length);
            var records = stackalloc byte*[] { (byte*)y, (byte*)x, (byte*)y, (byte*)x };
            CodeSums.Four(x, records, 0, length, result);
        }

        var (ab, aa) = (a.Zip(b, (x, y) => x * y).Sum(), a.Sum(x => x * x));
        Assert.Equal(ab, one);
        Assert.Equal(ab, portable);
        Assert.Equal([ab, aa, ab, aa], sums);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(40)]
    [InlineData(100)]
    public void Codes_AnyDimension_AreTheRoundedNumbers(int dimension)
    {
        var vector = Floats(dimension, 9);
        var floats = new float[VectorForm.FloatLength(dimension)];
        var codes = new sbyte[VectorForm.CodeLength(dimension) + sizeof(CodeTail)];

        fixed (float* f = floats)
        fixed (sbyte* c = codes)
        {
            VectorForm.WriteFloats(vector, Metric.L2, f);
            VectorForm.WriteCodes(f, dimension, c);
        }

        var scale = vector.Max(Math.Abs) / 127;
        for (var i = 0; i < dimension; i++) Assert.Equal(vector[i], codes[i] * scale, scale * 0.501);
        Assert.All(codes[dimension..VectorForm.CodeLength(dimension)], code => Assert.Equal(0, code));
    }

    private static float[] Floats(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => (random.NextSingle() * 2) - 1)];
    }
}
