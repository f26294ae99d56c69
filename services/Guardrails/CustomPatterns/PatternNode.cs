namespace Millrace.Guardrails.CustomPatterns;

/// <summary>A part of a pattern.</summary>
internal abstract record PatternNode
{
    /// <summary>Most characters that it can match; null when there is no most.</summary>
    public abstract int? CharsMax { get; }
}

/// <summary>One character of a set.</summary>
internal sealed record CharNode(CharSet Set) : PatternNode
{
    public override int? CharsMax => 1;
}

/// <summary>Parts one after the other; none for the empty text.</summary>
internal sealed record SequenceNode(IReadOnlyList<PatternNode> Parts) : PatternNode
{
    public override int? CharsMax => Parts.Aggregate((int?)0, (sum, part) => Bounded(sum + part.CharsMax));

    /// <summary>A length that no text has is as good as none.</summary>
    public static int? Bounded(long? length) => length > short.MaxValue ? null : (int?)length;
}

/// <summary>One of several parts.</summary>
internal sealed record ChoiceNode(IReadOnlyList<PatternNode> Options) : PatternNode
{
    public override int? CharsMax => Options.Any(option => option.CharsMax is null) ? null : Options.Max(option => option.CharsMax);
}

/// <summary>A part several times.</summary>
/// <param name="Part">The part.</param>
/// <param name="CountMin">Fewest times.</param>
/// <param name="CountMax">Most times; null for any number.</param>
internal sealed record RepeatNode(PatternNode Part, int CountMin, int? CountMax) : PatternNode
{
    public override int? CharsMax => Part.CharsMax == 0 ? 0 : SequenceNode.Bounded((long?)Part.CharsMax * CountMax);
}
