using Millrace.Guardrails.Detection;
using Millrace.Guardrails.Filtering;
using Millrace.Guardrails.Injection;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Tests.RedTeam;

/// <summary>Scores texts as a check of input does, but tells the score and not the decision.</summary>
internal static class RedTeamScore
{
    private const int FindingsMax = 1_000;

    private static readonly RuleSet Phrases = Rules(InjectionPhrases.All, [], _ => true);
    private static readonly RuleSet Requests = Rules([], [new InjectionDetector(InjectionJudge.Default, scoreMin: 0)], IsIndirect);
    private static readonly RuleSet Sentences =
        Rules([], [new InjectionDetector(InjectionJudge.Default, scoreMin: 0)], rule => !IsIndirect(rule));

    /// <summary>The worst finding; one of score 0 for none.</summary>
    public static Finding Worst(string text) => Worst(text, Sentences, Phrases);

    /// <summary>How much the text sounds like a request to an assistant, in [0, 1].</summary>
    public static float RequestIn(string text) => Findings(Requests, text).Select(finding => finding.Score).DefaultIfEmpty().Max();

    private static Finding Worst(string text, params IEnumerable<RuleSet> sets) =>
        sets.SelectMany(rules => Findings(rules, text)).OrderByDescending(finding => finding.Score).FirstOrDefault();

    private static IReadOnlyList<Finding> Findings(RuleSet rules, string text)
    {
        var filter = new StreamFilter(rules, FindingsMax);
        filter.Push(text);
        filter.End();
        return filter.Findings;
    }

    private static bool IsIndirect(string rule) => rule == InjectionDetector.IndirectRule;

    private static RuleSet Rules(IReadOnlyList<Recogniser> recognisers, IReadOnlyList<Detector> detectors, Func<string, bool> includes)
    {
        var ids = recognisers.Select(recogniser => recogniser.Rule).Concat(detectors.SelectMany(detector => detector.Rules))
            .Where(includes).Distinct();
        var verdicts = ids.ToDictionary(id => id, id => new RuleVerdict(RuleAction.Flag, 0, IsDryRun: false, ""));
        return new RuleSet(recognisers, detectors, new RuleActions(verdicts));
    }
}
