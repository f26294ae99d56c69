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

    /// <summary>It is replaced by a keyed hash: the same text of the same tenant gives the same hash.</summary>
    Hash = 3,

    /// <summary>It is replaced by a name such as <c>&lt;PERSON_1&gt;</c>, which becomes the text again on its way to the user.</summary>
    Pseudonym = 4,

    /// <summary>The text must not pass.</summary>
    Block = 5,
}
