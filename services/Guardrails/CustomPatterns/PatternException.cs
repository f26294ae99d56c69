namespace Millrace.Guardrails.CustomPatterns;

/// <summary>A pattern that cannot be used. The message says why, and what to write instead.</summary>
internal sealed class PatternException : Exception
{
    /// <summary>Creates the refusal of a whole pattern.</summary>
    public PatternException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the refusal of what stands at a place, counted from 0.</summary>
    public PatternException(int position, string message)
        : base($"at character {position}: {message}")
    {
    }
}
