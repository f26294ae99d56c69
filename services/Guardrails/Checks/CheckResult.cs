using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Checks;

/// <summary>What was found in one text, and the text to use instead.</summary>
/// <param name="Action">The strongest action.</param>
/// <param name="Text">The text, masked where a policy asks for it; empty when blocked.</param>
/// <param name="Findings">What was found, in order of their starts.</param>
public sealed record TextCheck(RuleAction Action, string Text, IReadOnlyList<Finding> Findings);

/// <summary>The decision on the texts of one request.</summary>
/// <param name="Action">The strongest action over all texts.</param>
/// <param name="Texts">One check for each text, in order.</param>
/// <param name="PolicyVersion">Version of the policy that decided.</param>
public sealed record CheckResult(RuleAction Action, IReadOnlyList<TextCheck> Texts, string PolicyVersion);
