using Millrace.Guardrails.Policies;
using Millrace.Guardrails.Topics;

namespace Millrace.Guardrails.Checks;

/// <summary>Texts on their way to a model.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Policy">Name of the policy; empty for the tenant's default policy.</param>
/// <param name="Texts">The texts, oldest first.</param>
public sealed record InputCheck(string Tenant, string Policy, IReadOnlyList<string> Texts)
{
    /// <summary>What kind of text each is, as many as there are texts; none when all are the user's.</summary>
    public IReadOnlyList<RuleScope> Scopes { get; init; } = [];

    /// <summary>Topics that were found in the texts.</summary>
    public IReadOnlyList<TopicMatch> Topics { get; init; } = [];

    /// <summary>Sealed pseudonyms that are in use already.</summary>
    public ReadOnlyMemory<byte> Pseudonyms { get; init; }
}

/// <summary>What is known of a text on its way to a user.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Policy">Name of the policy; empty for the tenant's default policy.</param>
public sealed record OutputContext(string Tenant, string Policy)
{
    /// <summary>Sealed pseudonyms, as the input's check gave them.</summary>
    public ReadOnlyMemory<byte> Pseudonyms { get; init; }

    /// <summary>Texts that must not be repeated.</summary>
    public IReadOnlyList<string> ProtectedTexts { get; init; } = [];

    /// <summary>Whether the text is JSON, so that what takes the place of a pseudonym is escaped.</summary>
    public bool IsJson { get; init; }

    /// <summary>Words that must not be repeated; empty for none.</summary>
    public string Canary { get; init; } = string.Empty;
}

/// <summary>What was found in one text, and the text to use instead.</summary>
/// <param name="Action">The strongest action.</param>
/// <param name="Text">The text, changed where a policy asks for it; empty when blocked.</param>
/// <param name="Findings">What was found, in order of their starts.</param>
public sealed record TextCheck(RuleAction Action, string Text, IReadOnlyList<Finding> Findings);

/// <summary>The decision on the texts of one request.</summary>
/// <param name="Action">The strongest action over all texts.</param>
/// <param name="Texts">One check for each text, in order.</param>
/// <param name="PolicyVersion">Version of the policy that decided.</param>
public sealed record CheckResult(RuleAction Action, IReadOnlyList<TextCheck> Texts, string PolicyVersion)
{
    /// <summary>Indexes of the passages and results of tools that must not reach the model.</summary>
    public IReadOnlyList<int> Quarantined { get; init; } = [];

    /// <summary>Sealed pseudonyms, for the output and for later input; none when nothing has one.</summary>
    public ReadOnlyMemory<byte> Pseudonyms { get; init; }

    /// <summary>Words for the operator's instructions that must not come back; empty for none.</summary>
    public string Canary { get; init; } = string.Empty;
}

/// <summary>Why a text is treated as it is.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Check">The decision, with what every rule finds: those that the policy allows, and those that it only tries.</param>
public sealed record Explanation(GuardPolicy Policy, TextCheck Check);
