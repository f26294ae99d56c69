using System.Diagnostics.Metrics;
using Millrace.Guardrails.Policies;
using Millrace.ServiceDefaults.Telemetry;

namespace Millrace.Guardrails.Telemetry;

/// <summary>Counts decisions, by rule and action; a text in which nothing was found counts once as rule <c>none</c>.</summary>
public sealed class GuardrailsMetrics
{
    private const string NoRule = "none";

    private readonly Counter<long> _decisions;

    /// <summary>Creates the instruments.</summary>
    public GuardrailsMetrics(IMeterFactory meters) => _decisions = meters.Create("Millrace.Guardrails").CreateCounter<long>(
        GenAi.Metrics.GuardrailDecisions, "{decision}", "Decisions of the guardrails.");

    /// <summary>Counts what was found in a text.</summary>
    public void Decided(IReadOnlyList<Finding> findings)
    {
        if (!_decisions.Enabled) return;
        if (findings.Count == 0) Add(NoRule, RuleAction.Allow);
        foreach (var finding in findings) Add(finding.Rule, finding.Action);
    }

    private void Add(string rule, RuleAction action) =>
        _decisions.Add(1, new KeyValuePair<string, object?>("rule", rule), new KeyValuePair<string, object?>("action", NameOf(action)));

    private static string NameOf(RuleAction action) => action switch
    {
        RuleAction.Block => "block",
        RuleAction.Mask => "mask",
        RuleAction.Hash => "hash",
        RuleAction.Pseudonym => "pseudonym",
        RuleAction.Flag => "flag",
        _ => "allow",
    };
}
