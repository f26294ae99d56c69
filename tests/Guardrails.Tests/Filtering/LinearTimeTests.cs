using System.Diagnostics;

namespace Millrace.Guardrails.Tests.Filtering;

public sealed class LinearTimeTests
{
    private const int SmallChars = 100_000;
    private const int Growth = 10;

    // A long text may take as long as ten short ones; quadratic work would take ten times that. Four leaves room for a busy machine.
    private const double RatioMax = 4;

    [Theory]
    [InlineData("a@")]
    [InlineData("a.")]
    [InlineData("1-")]
    [InlineData("4111 ")]
    [InlineData("(1) ")]
    [InlineData("ignore all ")]
    [InlineData("call 1 ")]
    [InlineData("#")]
    [InlineData("a@a.aa-")]
    public void Scan_OfAdversarialText_IsLinear(string unit)
    {
        var small = Repeat(unit, SmallChars);
        var large = Repeat(unit, SmallChars * Growth);
        Scan.Whole(Scan.MaskAll, large);

        // Side by side and about equally long, so that a machine that slows down slows both.
        var ratio = Enumerable.Range(0, 5).Min(_ => Time(large, 1) / Time(small, Growth));

        Assert.True(ratio <= RatioMax, $"'{unit}': {Growth} times the text took {Growth * ratio:F1} times as long");
    }

    private static string Repeat(string unit, int chars) => string.Concat(Enumerable.Repeat(unit, chars / unit.Length));

    private static TimeSpan Time(string text, int times)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++) Scan.Whole(Scan.MaskAll, text);
        return Stopwatch.GetElapsedTime(start);
    }
}
