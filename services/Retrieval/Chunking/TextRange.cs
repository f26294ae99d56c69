namespace Millrace.Retrieval.Chunking;

/// <summary>A range of a text, without white space at its ends.</summary>
/// <param name="Start">Offset of its first UTF-16 code unit.</param>
/// <param name="Length">Length in UTF-16 code units, at least 1.</param>
internal readonly record struct TextRange(int Start, int Length)
{
    /// <summary>Offset after its last UTF-16 code unit.</summary>
    public int End => Start + Length;

    /// <summary>This range, a later one and what is between them.</summary>
    public TextRange To(TextRange last) => new(Start, last.End - Start);

    /// <summary>What is between two offsets without white space at its ends; of length 0 when it is nothing else.</summary>
    public static TextRange Trimmed(string text, int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start])) start++;
        while (end > start && char.IsWhiteSpace(text[end - 1])) end--;
        return new TextRange(start, end - start);
    }
}
