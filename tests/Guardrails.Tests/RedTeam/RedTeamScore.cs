using Millrace.Guardrails.Detection;
using Millrace.Guardrails.Filtering;
using Millrace.Guardrails.Injection;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Tests.RedTeam;

/// <summary>Scores texts as a check of input does, but tells the score and not the decision.</summary>
internal static class RedTeamScore
{
    private const int FindingsMax = 1_000;

    private static readonly RuleSet Phrases = Rules(InjectionPhrases.All, []);
    private static readonly RuleSet Sentences = Rules([], [new InjectionDetector(InjectionJudge.Default, isDocument: false, scoreMin: 0)]);
    private static readonly RuleSet Documents = Rules([], [new InjectionDetector(InjectionJudge.Default, isDocument: true, scoreMin: 0.5f)]);

    /// <summary>The worst finding; one of score 0 for none.</summary>
    public static Finding Worst(string text) => Worst(text, Sentences, Phrases);

    /// <summary>The worst finding in a text that is a document.</summary>
    public static Finding WorstOfDocument(string text) => Worst(text, Documents, Phrases);

    private static Finding Worst(string text, params IEnumerable<RuleSet> sets) =>
        sets.SelectMany(rules => Findings(rules, text)).OrderByDescending(finding => finding.Score).FirstOrDefault();

    private static IReadOnlyList<Finding> Findings(RuleSet rules, string text)
    {
        var filter = new StreamFilter(rules, FindingsMax);
        filter.Push(text);
        filter.End();
        return filter.Findings;
    }

    private static RuleSet Rules(IReadOnlyList<Recogniser> recognisers, IReadOnlyList<Detector> detectors)
    {
        var ids = recognisers.Select(recogniser => recogniser.Rule).Concat(detectors.SelectMany(detector => detector.Rules)).Distinct();
        var verdicts = ids.ToDictionary(id => id, id => new RuleVerdict(RuleAction.Flag, 0, IsDryRun: false, ""));
        return new RuleSet(recognisers, detectors, new RuleActions(verdicts));
    }
}
