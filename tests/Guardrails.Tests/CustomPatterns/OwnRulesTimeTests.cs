using System.Diagnostics;
using Millrace.Guardrails.Filtering;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Tests.CustomPatterns;

/// <summary>What is slow elsewhere: patterns that could match in many ways, on texts that nearly match.</summary>
public sealed class OwnRulesTimeTests
{
    private const int SmallChars = 20_000;
    private const int Growth = 10;
    private const double RatioMax = 4;

    [Theory]
    [InlineData("(a+)+b", "a")]
    [InlineData("(a|aa)*b", "a")]
    [InlineData("(?:\\w+\\s?)+!", "word ")]
    [InlineData("\\d.{0,40}\\d{3}x", "12 ")]
    [InlineData("[a-z]*@[a-z]*\\.[a-z]*#", "a@a.")]
    public void Pattern_OnTextThatNearlyMatches_IsLinear(string pattern, string unit)
    {
        var tenant = new TenantOptions();
        tenant.Patterns["slow"] = new() { Pattern = pattern };
        tenant.DenyList.Add(string.Concat(Enumerable.Repeat(unit, 50)) + "z");
        var policy = new PolicyOptions();
        foreach (var family in RuleNames.Families) policy.Output[family] = "allow";
        policy.Output["custom.*"] = "mask";
        var rules = new GuardPolicy("slow", policy, OwnRules.Of(tenant)).Output;
        var small = string.Concat(Enumerable.Repeat(unit, SmallChars / unit.Length));
        var large = string.Concat(Enumerable.Repeat(small, Growth));
        Time(rules, large, 1);

        // Side by side and about equally long, so that a machine that slows down slows both.
        var ratio = Enumerable.Range(0, 3).Min(_ => Time(rules, large, 1) / Time(rules, small, Growth));

        Assert.True(ratio <= RatioMax, $"{pattern}: {Growth} times the text took {Growth * ratio:F1} times as long");
    }

    private static TimeSpan Time(RuleSet rules, string text, int times)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++)
        {
            var filter = new StreamFilter(rules, 10);
            filter.Push(text);
            filter.End();
        }

        return Stopwatch.GetElapsedTime(start);
    }
}
