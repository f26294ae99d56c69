using Millrace.Bench.Harness;
using Millrace.Bench.VectorIndex;

namespace Millrace.Bench.Tests;

public sealed class CurveTests
{
    private static readonly Curve Sample = new(
        "x", [new(10, 0.90, new Samples(1_000, 2_000)), new(20, 0.98, new Samples(250, 500)), new(30, 1, new Samples(100, 200))]);

    [Fact]
    public void At_BetweenTwoPoints_IsBetweenThemInEachRound()
    {
        var rate = Sample.At(0.94)!;

        Assert.Equal(500, rate.Values[0], 1e-6);
        Assert.Equal(1_000, rate.Values[1], 1e-6);
    }

    [Fact]
    public void At_BelowTheFirst_IsTheFirst() => Assert.Equal([1_000, 2_000], Sample.At(0.5)!.Values);

    [Fact]
    public void At_AboveTheLast_IsNone() => Assert.Null(Sample.At(1.01));
}
