using System.Diagnostics;
using Millrace.Guardrails.Policies;
using Millrace.Guardrails.Telemetry;

namespace Millrace.Guardrails.Evidence;

/// <summary>Tells of what was found in a text: metrics count it, log and trace say where and under which version of the policy.</summary>
public sealed class FindingReporter(PolicyCatalog policies, GuardrailsMetrics metrics, ILogger<FindingReporter> logger)
{
    private const string EventName = "guardrails.finding";

    /// <summary>Whether findings are to carry the text.</summary>
    public bool IncludesText => policies.Current.Options.Evidence.IncludeText;

    /// <summary>Tells of a text that was decided.</summary>
    /// <param name="direction">Where it goes.</param>
    /// <param name="policyVersion">Version of the policy that decided.</param>
    /// <param name="findings">What was found.</param>
    public void Decided(GuardDirection direction, string policyVersion, IReadOnlyList<Finding> findings)
    {
        metrics.Decided(findings);
        metrics.Found(direction, findings);
        var options = policies.Current.Options.Evidence;
        foreach (var finding in findings.Take(options.LoggedMax)) Tell(new Told(direction, policyVersion, finding), options);
    }

    private void Tell(Told told, EvidenceOptions options)
    {
        var finding = told.Finding;
        var span = $"{finding.Start}+{finding.Length}";
        var where = $"{GuardrailsMetrics.NameOf(told.Direction)} {span}";
        if (options.IncludeText && finding.Evidence is { } text)
            GuardrailsLog.FoundText(logger, finding.Rule, where, finding.Score, Shortened(text, options.TextCharsMax));
        else GuardrailsLog.Found(logger, finding.Rule, where, finding.Score, told.PolicyVersion);

        if (Activity.Current is { IsAllDataRequested: true } activity)
            activity.AddEvent(new ActivityEvent(EventName, tags: TagsOf(told, span)));
    }

    private static ActivityTagsCollection TagsOf(Told told, string span) => new()
    {
        ["guardrails.rule"] = told.Finding.Rule,
        ["guardrails.action"] = GuardrailsMetrics.NameOf(told.Finding.Action),
        ["guardrails.direction"] = GuardrailsMetrics.NameOf(told.Direction),
        ["guardrails.dry_run"] = told.Finding.IsDryRun,
        ["guardrails.span"] = span,
        ["guardrails.score"] = told.Finding.Score,
        ["guardrails.policy_version"] = told.PolicyVersion,
    };

    private static string Shortened(string text, int charsMax) => text.Length <= charsMax ? text : text[..charsMax];

    private readonly record struct Told(GuardDirection Direction, string PolicyVersion, Finding Finding);
}
