using System.Collections.Frozen;

namespace Millrace.Guardrails.Policies;

/// <summary>What a policy says of one rule.</summary>
/// <param name="Action">What happens with a finding.</param>
/// <param name="ScoreMin">Score from which it happens.</param>
/// <param name="IsDryRun">Whether it is only told what would happen.</param>
/// <param name="Placeholder">What a masked finding is replaced by.</param>
public sealed record RuleVerdict(RuleAction Action, float ScoreMin, bool IsDryRun, string Placeholder)
{
    /// <summary>What happens with a finding of a score.</summary>
    public RuleAction ActionAt(float score) => score >= ScoreMin ? Action : Action == RuleAction.Block ? RuleAction.Flag : RuleAction.Allow;
}

/// <summary>What a policy says of every rule in one direction. Immutable.</summary>
public sealed class RuleActions(IReadOnlyDictionary<string, RuleVerdict> verdicts)
{
    private readonly FrozenDictionary<string, RuleVerdict> _verdicts = verdicts.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The verdict on a rule; one that allows for a rule that the policy does not know.</summary>
    public RuleVerdict Of(string rule) =>
        _verdicts.TryGetValue(rule, out var verdict) ? verdict : new RuleVerdict(RuleAction.Allow, 0, IsDryRun: false, PlaceholderOf(rule));

    /// <summary>The usual placeholder: <c>[REDACTED_EMAIL]</c> for <c>pii.email</c>.</summary>
    public static string PlaceholderOf(string rule)
    {
        var name = rule[(rule.IndexOf('.', StringComparison.Ordinal) + 1)..];
        return $"[REDACTED_{name.ToUpperInvariant()}]";
    }
}
