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

    public static TheoryData<string> Rules => [.. DetectorCatalog.Rules];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Scan_OfHostileText_IsLinear(string rule)
    {
        var rules = Scan.Rules(RuleAction.Mask, known => known == rule);
        foreach (var unit in Units)
        {
            var (small, large) = (Repeat(unit, SmallChars), Repeat(unit, SmallChars * Growth));
            if (Time(rules, large, 1) < Negligible) continue;

            var ratio = Enumerable.Range(0, 5).Min(_ => Time(rules, large, 1) / Time(rules, small, Growth));
            Assert.True(ratio <= RatioMax, $"'{unit}': {Growth} times the text took {Growth * ratio:F1} times as long");
        }
    }

    private static string Repeat(string unit, int chars) => string.Concat(Enumerable.Repeat(unit, chars / unit.Length));

    private static TimeSpan Time(RuleSet rules, string text, int times)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++) Scan.Whole(rules, text);
        return Stopwatch.GetElapsedTime(start);
    }
}
