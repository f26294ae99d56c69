namespace Millrace.Guardrails.Policies;

/// <summary>One thing that was found. It never carries the text itself.</summary>
/// <param name="Rule">The rule, such as <c>pii.email</c>.</param>
/// <param name="Action">What the policy does with it.</param>
/// <param name="Start">Offset in the original text, in UTF-16 code units.</param>
/// <param name="Length">Length in the original text, in UTF-16 code units.</param>
/// <param name="Score">Confidence in [0, 1].</param>
public readonly record struct Finding(string Rule, RuleAction Action, int Start, int Length, float Score)
{
    /// <summary>Whether the policy only tries the rule: nothing was done about it.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>What an operator may be told of it, such as <c>base64</c>; null for nothing.</summary>
    public string? Detail { get; init; }

    /// <summary>The text itself, only where the operator asked for it.</summary>
    public string? Evidence { get; init; }

    /// <summary>Offset behind the finding.</summary>
    public int End => Start + Length;
}
