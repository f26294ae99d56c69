using System.Globalization;
using System.Text;

namespace Millrace.Retrieval.Chunking;

/// <summary>A range of a text, without white space at its ends.</summary>
/// <param name="Start">Offset of its first UTF-16 code unit.</param>
/// <param name="Length">Length in UTF-16 code units, at least 1.</param>
internal readonly record struct TextRange(int Start, int Length)
{
    /// <summary>Offset after its last UTF-16 code unit.</summary>
    public int End => Start + Length;
}

/// <summary>The units that a text may be cut at, from the largest to the smallest.</summary>
internal enum PieceLevel
{
    Section,
    Paragraph,
    Line,
    Sentence,
    Run,
}

/// <summary>Cuts a range into the pieces of the next smaller level. Nothing but white space is ever left out.</summary>
internal static class TextPieces
{
    /// <summary>The pieces of a range.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="range">The range to cut.</param>
    /// <param name="level">The level of the pieces.</param>
    /// <param name="runBytesMax">Most bytes of UTF-8 in a piece of <see cref="PieceLevel.Run"/>.</param>
    public static IEnumerable<TextRange> Cut(string text, TextRange range, PieceLevel level, int runBytesMax)
    {
        for (var start = range.Start; start < range.End;)
        {
            var end = start + EndOf(text.AsSpan(start, range.End - start), level, runBytesMax);
            if (Trim(text, start, end) is { Length: > 0 } piece) yield return piece;
            start = end;
        }
    }

    private static int EndOf(ReadOnlySpan<char> rest, PieceLevel level, int runBytesMax) => level switch
    {
        PieceLevel.Paragraph => After(rest, "\n\n"),
        PieceLevel.Line => After(rest, "\n"),
        PieceLevel.Sentence => SentenceBoundaries.EndOfSentence(rest, 0),
        PieceLevel.Run => EndOfRun(rest, runBytesMax),
        _ => rest.Length,
    };

    private static int After(ReadOnlySpan<char> rest, string separator)
    {
        var index = rest.IndexOf(separator, StringComparison.Ordinal);
        return index < 0 ? rest.Length : index + separator.Length;
    }

    // Words while they fit; a word that is too long alone is cut between characters as readers see them.
    private static int EndOfRun(ReadOnlySpan<char> rest, int bytesMax)
    {
        var end = 0;
        for (var bytes = 0; end < rest.Length;)
        {
            var word = WordLength(rest[end..]);
            bytes += Encoding.UTF8.GetByteCount(rest.Slice(end, word));
            if (bytes > bytesMax) return end > 0 ? end : EndOfCharacters(rest, bytesMax);
            end += word;
        }

        return end;
    }

    private static int WordLength(ReadOnlySpan<char> rest)
    {
        var length = 0;
        while (length < rest.Length && char.IsWhiteSpace(rest[length])) length++;
        while (length < rest.Length && !char.IsWhiteSpace(rest[length])) length++;
        return length;
    }

    private static int EndOfCharacters(ReadOnlySpan<char> rest, int bytesMax)
    {
        var end = 0;
        for (var bytes = 0; end < rest.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(rest[end..]);
            bytes += Encoding.UTF8.GetByteCount(rest.Slice(end, length));
            if (bytes > bytesMax) return end > 0 ? end : EndOfRunes(rest, bytesMax);
            end += length;
        }

        return end;
    }

    // One visible character of many code points, longer than a chunk: only surrogate pairs stay whole.
    private static int EndOfRunes(ReadOnlySpan<char> rest, int bytesMax)
    {
        var end = 0;
        var bytes = 0;
        foreach (var rune in rest.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > bytesMax) break;
            end += rune.Utf16SequenceLength;
        }

        return Math.Max(1, end);
    }

    private static TextRange Trim(string text, int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start])) start++;
        while (end > start && char.IsWhiteSpace(text[end - 1])) end--;
        return new TextRange(start, end - start);
    }
}
