using System.Diagnostics;
using Millrace.Guardrails.Detection;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Tests.Detection;

/// <summary>No recogniser's time grows faster than the text, whatever it is made of.</summary>
public sealed class HostileTextTests
{
    private const int SmallChars = 6_000;
    private const int Growth = 10;
    private const double RatioMax = 4;
    private const int RoundsMax = 5;

    // What takes less than this for the long text is not worth a ratio.
    private static readonly TimeSpan Negligible = TimeSpan.FromMilliseconds(20);

    private static readonly string[] Units =
    [
        "1", "1 ", "1.", "1-", "12/", "a", "a.", "a-", "a:", "1:", "::", "A", "A1", "4111 ", "GB82 ", "0x", "P<", "<<", "eyJ",
        "-----BEGIN ", "=", "\"=",
        "password: ", "api_key=", "://a:", "born 1/", "passport A", "account number 1", "zip 1", "aged 1", "March ", "1980-01-",
        "123456789 ", "ssn 1",
        "-----BEGIN PRIVATE KEY----- ", "eyJhbGciOiJIUzI1NiJ9.",
    ];

    public static TheoryData<string> Rules => [.. RecogniserCatalog.All.Select(recogniser => recogniser.Rule).Distinct()];

    public static TheoryData<string> Detectors => [.. DetectorCatalog.All.Select(detector => detector.GetType().Name)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Scan_OfHostileText_IsLinear(string rule)
    {
        var rules = Scan.Rules(new Dictionary<string, RuleAction> { [rule] = RuleAction.Mask }, detectors: []);
        foreach (var unit in Units) AssertLinear(rules, unit, SmallChars);
    }

    // These do more for each character; what is quadratic shows in shorter texts too.
    [Theory]
    [MemberData(nameof(Detectors))]
    public void Judging_OfHostileText_IsLinear(string name)
    {
        var detector = DetectorCatalog.All.Single(known => known.GetType().Name == name);
        var rules = Scan.Rules(detector.Rules.ToDictionary(rule => rule, _ => RuleAction.Mask), detectors: [detector]);
        foreach (var unit in Units) AssertLinear(rules, unit, SmallChars / 4);
    }

    private static void AssertLinear(RuleSet rules, string unit, int smallChars)
    {
        var (small, large) = (Repeat(unit, smallChars), Repeat(unit, smallChars * Growth));
        if (Time(rules, large, 1) < Negligible) return;

        var ratio = double.MaxValue;
        for (var round = 0; round < RoundsMax && ratio > RatioMax; round++)
            ratio = Math.Min(ratio, Time(rules, large, 1) / Time(rules, small, Growth));
        Assert.True(ratio <= RatioMax, $"'{unit}': {Growth} times the text took {Growth * ratio:F1} times as long");
    }

    private static string Repeat(string unit, int chars) => string.Concat(Enumerable.Repeat(unit, chars / unit.Length));

    private static TimeSpan Time(RuleSet rules, string text, int times)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++) Scan.Whole(rules, text);
        return Stopwatch.GetElapsedTime(start);
    }
}
