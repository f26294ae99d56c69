using System.Diagnostics;

namespace Millrace.Guardrails.Tests.Filtering;

public sealed class LinearTimeTests
{
    private const int SmallChars = 100_000;
    private const int Growth = 10;

    // Ten times the text may take ten times as long; quadratic work would take a hundred times. Forty leaves room for a busy machine.
    private const double RatioMax = 40;

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

        var ratio = Best(large).TotalMilliseconds / Math.Max(1, Best(small).TotalMilliseconds);

        Assert.True(ratio <= RatioMax, $"'{unit}': {Growth} times the text took {ratio:F1} times as long");
    }

    private static string Repeat(string unit, int chars) => string.Concat(Enumerable.Repeat(unit, chars / unit.Length));

    private static TimeSpan Best(string text) => Enumerable.Range(0, 5).Min(_ =>
    {
        var start = Stopwatch.GetTimestamp();
        Scan.Whole(Scan.MaskAll, text);
        return Stopwatch.GetElapsedTime(start);
    });
}
