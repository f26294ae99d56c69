namespace Millrace.Guardrails.Policies;

/// <summary>Kinds of text, each with rules of its own.</summary>
public enum RuleScope
{
    /// <summary>Written by the user.</summary>
    User = 0,

    /// <summary>Written by the operator or the application: what is denied everywhere is all that is looked for.</summary>
    System = 1,

    /// <summary>Written by a model in an earlier turn: as a user's, and it attacks nobody.</summary>
    Assistant = 2,

    /// <summary>A retrieved passage, or the result of a tool.</summary>
    Documents = 3,

    /// <summary>Written by a model now, on its way to a user.</summary>
    Output = 4,
}

/// <summary>Where texts of a kind go.</summary>
public static class RuleScopes
{
    /// <summary>The direction of a kind of text.</summary>
    public static GuardDirection Direction(this RuleScope scope) => scope switch
    {
        RuleScope.Documents => GuardDirection.Documents,
        RuleScope.Output => GuardDirection.Output,
        _ => GuardDirection.Input,
    };
}
