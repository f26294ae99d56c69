using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Filtering;

/// <summary>Says what takes the place of a finding. Owned by one text.</summary>
public interface IReplacer
{
    /// <summary>The replacement.</summary>
    /// <param name="rule">The rule that found it.</param>
    /// <param name="action">Mask, hash or pseudonym.</param>
    /// <param name="placeholder">What a masked finding of this rule is replaced by.</param>
    /// <param name="text">The original, with characters that nobody sees.</param>
    string Replace(string rule, RuleAction action, string placeholder, ReadOnlySpan<char> text);
}
