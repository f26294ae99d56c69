using System.Diagnostics.Metrics;
using Millrace.Guardrails.Policies;
using Millrace.ServiceDefaults.Telemetry;

namespace Millrace.Guardrails.Telemetry;

/// <summary>
/// Counts decisions, by rule and action (a text in which nothing was found counts once as rule <c>none</c>), every finding, and what became
/// of changed policies.
/// </summary>
public sealed class GuardrailsMetrics
{
    private const string NoRule = "none";

    // Tenants' patterns have names of their own, and there may be many tenants.
    private const string AnyCustomRule = "custom.pattern";

    private readonly Counter<long> _decisions;
    private readonly Counter<long> _findings;
    private readonly Counter<long> _reloads;

    /// <summary>Creates the instruments.</summary>
    public GuardrailsMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Millrace.Guardrails");
        _decisions = meter.CreateCounter<long>(GenAi.Metrics.GuardrailDecisions, "{decision}", "Decisions of the guardrails.");
        _findings = meter.CreateCounter<long>(
            GenAi.Metrics.GuardrailFindings, "{finding}", "Findings of the guardrails, tried ones included.");
        _reloads = meter.CreateCounter<long>(
            GenAi.Metrics.GuardrailPolicyReloads, "{reload}", "Changes of policies, taken over or refused.");
    }

    /// <summary>Counts what was decided on a text; what is only tried decides nothing.</summary>
    public void Decided(IReadOnlyList<Finding> findings)
    {
        if (!_decisions.Enabled) return;
        var isFound = false;
        foreach (var finding in findings)
        {
            if (finding.IsDryRun) continue;
            isFound = true;
            AddDecision(RuleOf(finding), finding.Action);
        }

        if (!isFound) AddDecision(NoRule, RuleAction.Allow);
    }

    /// <summary>Counts what was found in a text.</summary>
    public void Found(GuardDirection direction, IReadOnlyList<Finding> findings)
    {
        if (!_findings.Enabled) return;
        foreach (var finding in findings)
            _findings.Add(
                1,
                Tag("rule", RuleOf(finding)),
                Tag("action", NameOf(finding.Action)),
                Tag("direction", NameOf(direction)),
                Tag("dry_run", finding.IsDryRun));
    }

    /// <summary>Counts a change of the policies.</summary>
    public void Reloaded(bool isTaken) => _reloads.Add(1, Tag("outcome", isTaken ? "taken" : "refused"));

    /// <summary>An action as it is told.</summary>
    internal static string NameOf(RuleAction action) => action switch
    {
        RuleAction.Block => "block",
        RuleAction.Mask => "mask",
        RuleAction.Hash => "hash",
        RuleAction.Pseudonym => "pseudonym",
        RuleAction.Flag => "flag",
        _ => "allow",
    };

    /// <summary>A direction as it is told.</summary>
    internal static string NameOf(GuardDirection direction) => direction switch
    {
        GuardDirection.Output => "output",
        GuardDirection.Documents => "documents",
        _ => "input",
    };

    private void AddDecision(string rule, RuleAction action) => _decisions.Add(1, Tag("rule", rule), Tag("action", NameOf(action)));

    private static string RuleOf(Finding finding) =>
        finding.Rule != RuleNames.Deny && RuleNames.FamilyOf(finding.Rule) == RuleNames.CustomFamily ? AnyCustomRule : finding.Rule;

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);
}
