namespace Millrace.Guardrails.Detection.Secrets;

/// <summary>One kind of long secret: how it starts, and where it ends.</summary>
internal abstract class LongSecret
{
    /// <summary>Most characters that are looked at behind a piece.</summary>
    public const int LookAheadMax = 96;

    /// <summary>Id of the rule.</summary>
    public abstract string Rule { get; }

    /// <summary>What every one of them starts with.</summary>
    public abstract string Mark { get; }

    /// <summary>Longest of them, in characters; what is longer is taken up to about there.</summary>
    public abstract int CharsMax { get; }

    /// <summary>Whether a secret starts at a position where its mark is: its head, nothing, or undecided.</summary>
    public abstract Match HeadAt(ReadOnlySpan<char> text, int start, bool isEnd);

    /// <summary>Where a secret ends; -1 when not within the text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">A position inside the secret.</param>
    /// <param name="isEnd">Whether no more text follows.</param>
    public abstract int EndOf(ReadOnlySpan<char> text, int start, bool isEnd);

    /// <summary>The first position from which the text ends with the beginning of the mark; the end when there is none.</summary>
    public int PartialMark(ReadOnlySpan<char> text, int start)
    {
        for (var at = Math.Max(start, text.Length - Mark.Length + 1); at < text.Length; at++)
            if (Mark.AsSpan().StartsWith(text[at..], StringComparison.Ordinal)) return at;
        return text.Length;
    }
}
