namespace Millrace.Guardrails.Policies;

/// <summary>Where a text is going, which decides whose actions apply.</summary>
public enum GuardDirection
{
    /// <summary>What a user or an earlier turn says, on its way to a model.</summary>
    Input = 0,

    /// <summary>What was retrieved or came from a tool, on its way to a model.</summary>
    Documents = 1,

    /// <summary>What a model wrote, on its way to a user.</summary>
    Output = 2,
}
