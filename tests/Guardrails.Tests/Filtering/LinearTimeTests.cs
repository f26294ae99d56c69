using System.Diagnostics;

namespace Millrace.Guardrails.Tests.Filtering;

public sealed class LinearTimeTests
{
    private const int SmallChars = 50_000;
    private const int Growth = 20;

    // Twenty times the text may take twenty times as long; quadratic work would take four hundred times. A machine that is busy with other
    // tests takes five times as long now and then.
    private const double RatioMax = 150;

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
