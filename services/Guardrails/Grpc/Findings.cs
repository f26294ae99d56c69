using Millrace.Contracts.Guardrails.V1;
using Millrace.Guardrails.Policies;
using CoreFinding = Millrace.Guardrails.Policies.Finding;
using WireFinding = Millrace.Contracts.Guardrails.V1.Finding;

namespace Millrace.Guardrails.Grpc;

/// <summary>Findings and actions as they travel.</summary>
internal static class Findings
{
    public static GuardAction ToWire(this RuleAction action) => action switch
    {
        RuleAction.Flag => GuardAction.Flag,
        RuleAction.Mask or RuleAction.Hash or RuleAction.Pseudonym => GuardAction.Modify,
        RuleAction.Block => GuardAction.Block,
        _ => GuardAction.Allow,
    };

    public static IEnumerable<WireFinding> ToWire(this IEnumerable<CoreFinding> findings, int textIndex = 0) =>
        findings.Select(finding => new WireFinding
        {
            Rule = finding.Rule,
            Action = finding.Action.ToWire(),
            TextIndex = (uint)textIndex,
            Start = (uint)finding.Start,
            Length = (uint)finding.Length,
            Score = finding.Score,
            DryRun = finding.IsDryRun,
            Detail = finding.Detail ?? string.Empty,
            Evidence = finding.Evidence ?? string.Empty,
        });
}
