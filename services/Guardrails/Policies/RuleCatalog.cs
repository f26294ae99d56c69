using System.Collections.Frozen;
using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Policies;

/// <summary>The ids of all rules that a policy may name: those of the catalogs, and those that stand in the text of no catalog.</summary>
public static class RuleCatalog
{
    // Rules of detections that are made for one request, and families whose rules are made by settings.
    private static readonly string[] PerRequest = ["leak.instructions", "leak.canary", "grounding.unsupported", RuleNames.Deny];
    private static readonly string[] OpenFamilies = ["topic.*"];

    private static readonly FrozenSet<string> Known = DetectorCatalog.Rules.Concat(PerRequest)
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The rules, in order of their ids.</summary>
    public static IReadOnlyList<string> Rules { get; } = [.. Known.Order(StringComparer.Ordinal)];

    /// <summary>Whether there is, or may be, a rule of an id.</summary>
    public static bool Contains(string rule) =>
        Known.Contains(rule) || OpenFamilies.Contains(RuleNames.FamilyOf(rule), StringComparer.OrdinalIgnoreCase);
}
