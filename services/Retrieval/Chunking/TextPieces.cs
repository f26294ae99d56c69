namespace Millrace.Retrieval.Chunking;

/// <summary>The units that a text may be cut at, from the largest to the smallest.</summary>
internal enum PieceLevel
{
    Paragraph,
    Line,
    Sentence,
    Run,
}

/// <summary>Cuts ranges into smaller ones. Nothing but white space is ever left out.</summary>
internal static class TextPieces
{
    /// <summary>The paragraphs, lines or sentences of a range. A sentence may go over several lines.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="range">The range to cut.</param>
    /// <param name="level">What it is cut into; not <see cref="PieceLevel.Run"/>, which depends on tokens.</param>
    public static IEnumerable<TextRange> Cut(string text, TextRange range, PieceLevel level)
    {
        for (var start = range.Start; start < range.End;)
        {
            var end = start + EndOf(text.AsSpan(start, range.End - start), level);
            if (TextRange.Trimmed(text, start, end) is { Length: > 0 } piece) yield return piece;
            start = end;
        }
    }

    /// <summary>The sentences of a range; none goes over several lines.</summary>
    public static IEnumerable<TextRange> Sentences(string text, TextRange range) =>
        Cut(text, range, PieceLevel.Line).SelectMany(line => Cut(text, line, PieceLevel.Sentence));

    /// <summary>The largest pieces of a range that fit into a chunk: itself, paragraphs, lines, sentences, at last runs of words.</summary>
    /// <param name="text">The document.</param>
    /// <param name="range">The range to cut.</param>
    /// <param name="level">What it is cut into when it does not fit.</param>
    public static IEnumerable<TextRange> ThatFit(MeasuredText text, TextRange range, PieceLevel level)
    {
        if (text.Fits(range)) return [range];
        return level == PieceLevel.Run
            ? TextRuns.Cut(text, range)
            : Cut(text.Document.Text, range, level).SelectMany(piece => ThatFit(text, piece, level + 1));
    }

    private static int EndOf(ReadOnlySpan<char> rest, PieceLevel level) => level switch
    {
        PieceLevel.Paragraph => After(rest, "\n\n"),
        PieceLevel.Line => After(rest, "\n"),
        _ => SentenceBoundaries.EndOfSentence(rest, 0),
    };

    private static int After(ReadOnlySpan<char> rest, string separator)
    {
        var index = rest.IndexOf(separator, StringComparison.Ordinal);
        return index < 0 ? rest.Length : index + separator.Length;
    }
}
