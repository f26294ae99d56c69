namespace Millrace.Guardrails.Policies;

/// <summary>What a policy does with a finding, weakest first.</summary>
public enum RuleAction
{
    /// <summary>Nothing: the rule is off.</summary>
    Allow = 0,

    /// <summary>It is reported; the text is unchanged.</summary>
    Flag = 1,

    /// <summary>It is replaced in the text.</summary>
    Mask = 2,

    /// <summary>The text must not pass.</summary>
    Block = 3,
}
