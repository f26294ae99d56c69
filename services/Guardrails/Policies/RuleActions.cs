namespace Millrace.Guardrails.Policies;

/// <summary>What a policy says of one rule.</summary>
/// <param name="Action">What happens with a finding.</param>
/// <param name="ScoreMin">Score in [0, 1] from which it happens.</param>
/// <param name="IsDryRun">Whether it is only tried: found, counted and reported, and not acted upon.</param>
/// <param name="Placeholder">What a masked finding is replaced by.</param>
public sealed record RuleVerdict(RuleAction Action, float ScoreMin, bool IsDryRun, string Placeholder)
{
    /// <summary>Whether what is too weak to be blocked is flagged; otherwise it is no finding.</summary>
    public bool FlagsBelow { get; init; } = true;

    /// <summary>What happens with a finding of a score; <see cref="RuleAction.Allow"/> when it is none.</summary>
    public RuleAction ActionAt(float score)
    {
        if (score >= ScoreMin) return Action;
        return FlagsBelow && Action == RuleAction.Block ? RuleAction.Flag : RuleAction.Allow;
    }
}

/// <summary>What a policy says of every rule there may be in one direction. Immutable.</summary>
public sealed class RuleActions
{
    private readonly Func<string, RuleVerdict> _verdictOf;

    /// <summary>Verdicts by rule; what is not named is allowed.</summary>
    public RuleActions(IReadOnlyDictionary<string, RuleVerdict> verdicts)
        : this(rule => verdicts.TryGetValue(rule, out var verdict) ? verdict : Allowed(rule))
    {
    }

    private RuleActions(Func<string, RuleVerdict> verdictOf) => _verdictOf = verdictOf;

    /// <summary>The actions of a policy.</summary>
    /// <param name="options">Valid options, which are not changed afterwards.</param>
    /// <param name="direction">Where the texts are going.</param>
    public static RuleActions Of(PolicyOptions options, GuardDirection direction) => new(rule => options.VerdictOf(direction, rule));

    /// <summary>The usual placeholder: <c>[REDACTED_EMAIL]</c> for <c>pii.email</c>.</summary>
    public static string PlaceholderOf(string rule) => $"[REDACTED_{RuleNames.LabelOf(rule)}]";

    /// <summary>What a policy says of a rule.</summary>
    public RuleVerdict Of(string rule) => _verdictOf(rule);

    /// <summary>The same, without the rules of a family.</summary>
    public RuleActions Without(string family) => new(rule => RuleNames.FamilyOf(rule) == family ? Allowed(rule) : Of(rule));

    /// <summary>One rule alone; every other one is allowed.</summary>
    public RuleActions Only(string only) => new(rule => rule == only ? Of(rule) : Allowed(rule));

    /// <summary>The same, with the rules that are off being tried, so that what they find can be told.</summary>
    public RuleActions TryingAll() => new(rule =>
        Of(rule) is { Action: not RuleAction.Allow } verdict ? verdict : Allowed(rule) with { Action = RuleAction.Flag, IsDryRun = true });

    private static RuleVerdict Allowed(string rule) => new(RuleAction.Allow, 0, IsDryRun: false, PlaceholderOf(rule));
}
