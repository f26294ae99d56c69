using System.Text;
using Millrace.Guardrails.Detection;
using Millrace.Guardrails.Filtering;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Tests;

/// <summary>Runs rules over texts, whole and in pieces.</summary>
internal static class Scan
{
    private const int FindingsMax = 1_000_000;

    /// <summary>Every rule masks.</summary>
    public static readonly RuleSet MaskAll = Rules(RuleAction.Mask, _ => true);

    /// <summary>Rules of one family, all with one action.</summary>
    public static RuleSet Rules(RuleAction action, Func<string, bool> includes) =>
        new(RecogniserCatalog.All.Where(known => includes(known.Rule)).ToDictionary(known => known.Rule, _ => action), blockScoreMin: 0);

    public static StreamFilter Filter(RuleSet rules) => new(rules, FindingsMax);

    public static Outcome Whole(RuleSet rules, string text) => Pieces(rules, [text]);

    public static Outcome Pieces(RuleSet rules, IEnumerable<string> pieces)
    {
        var filter = Filter(rules);
        var output = new StringBuilder();
        var heldMax = 0;
        foreach (var piece in pieces)
        {
            output.Append(filter.Push(piece));
            heldMax = Math.Max(heldMax, filter.HeldChars);
        }

        output.Append(filter.End());
        return new Outcome(output.ToString(), filter.Action, [.. filter.Findings], heldMax);
    }

    /// <summary>What one rule finds: the texts of its findings.</summary>
    public static string[] Found(string rule, string text)
    {
        var rules = Rules(RuleAction.Mask, known => known == rule);
        return [.. Whole(rules, text).Findings.Select(finding => text.Substring(finding.Start, finding.Length))];
    }

    internal sealed record Outcome(string Text, RuleAction Action, Finding[] Findings, int HeldMax)
    {
        public void AssertSame(Outcome other, string what)
        {
            Assert.True(Text == other.Text, $"{what}: '{Text}' is not '{other.Text}'");
            Assert.True(Findings.SequenceEqual(other.Findings), $"{what}: findings differ");
            Assert.Equal(Action, other.Action);
        }
    }
}
