using System.Text;
using Millrace.Guardrails.Detection;
using Millrace.Guardrails.Filtering;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Tests;

/// <summary>Runs rules over texts, whole and in pieces.</summary>
internal static class Scan
{
    private const int FindingsMax = 1_000_000;

    // What judges sentences always has a score, and says something below this of every sentence.
    private const float SentenceScoreMin = 0.5f;

    private static readonly HashSet<string> Judged = [.. DetectorCatalog.All.SelectMany(detector => detector.Rules)];

    /// <summary>Every rule that is told from a position masks; names stay.</summary>
    public static readonly RuleSet MaskAll = Rules(
        RecogniserCatalog.All.Select(known => known.Rule)
            .Where(rule => !rule.StartsWith("entity.", StringComparison.Ordinal) && !rule.StartsWith("content.", StringComparison.Ordinal))
            .Distinct()
            .ToDictionary(rule => rule, _ => RuleAction.Mask),
        scoreMin: 0,
        detectors: []);

    /// <summary>Every rule there is masks.</summary>
    public static readonly RuleSet Everything = Rules(RuleAction.Mask, _ => true);

    /// <summary>Rules of one family, all with one action.</summary>
    public static RuleSet Rules(RuleAction action, Func<string, bool> includes) =>
        Rules(DetectorCatalog.Rules.Where(includes).ToDictionary(rule => rule, _ => action));

    /// <summary>Rules by their ids.</summary>
    public static RuleSet Rules(
        IReadOnlyDictionary<string, RuleAction> actions, float? scoreMin = null, IReadOnlyList<Detector>? detectors = null)
    {
        var verdicts = actions.ToDictionary(pair => pair.Key, pair => Verdict(pair.Key, pair.Value));
        return new RuleSet(RecogniserCatalog.All, detectors ?? DetectorCatalog.All, new RuleActions(verdicts));

        RuleVerdict Verdict(string rule, RuleAction action) => new(
            action, scoreMin ?? (Judged.Contains(rule) ? SentenceScoreMin : 0), IsDryRun: false, RuleActions.PlaceholderOf(rule));
    }

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
