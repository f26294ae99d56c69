using Millrace.Retrieval.Parsing;

namespace Millrace.Retrieval.Chunking;

/// <summary>Cuts a section that is too long: its pieces are packed into chunks, which may begin with the last sentences of the chunk
/// before.</summary>
internal static class SectionCutter
{
    /// <summary>Chunks of a section: one where it fits; else paragraphs, lines, sentences, words, packed up to the limit.</summary>
    public static IEnumerable<Chunk> Cut(MeasuredText text, Section section)
    {
        var range = text.RangeOf(section);
        if (range.Length == 0) return [];
        if (text.Fits(range)) return [text.ChunkOf(section, range)];
        var packed = Packed(text, TextPieces.ThatFit(text, range, PieceLevel.Paragraph));
        return Overlapped(text, range, packed).Select(part => text.ChunkOf(section, part));
    }

    /// <summary>Neighbouring pieces joined while they fit; all but the first leave room for what they share with the one before.</summary>
    public static IEnumerable<TextRange> Packed(MeasuredText text, IEnumerable<TextRange> pieces)
    {
        TextRange? open = null;
        var room = text.OwnTokensMax;
        foreach (var piece in pieces)
        {
            if (open is { } packed && text.Fits(packed.To(piece), room)) open = packed.To(piece);
            else
            {
                if (open is { } full)
                {
                    yield return full;
                    room = Math.Max(1, text.OwnTokensMax - text.Settings.OverlapTokens);
                }

                open = piece;
            }
        }

        if (open is { } last) yield return last;
    }

    /// <summary>Lets each range begin with whole sentences of the one before, as many as the overlap and the limit allow.</summary>
    /// <param name="text">The document.</param>
    /// <param name="within">What the ranges lie in.</param>
    /// <param name="ranges">Ranges in order without overlap.</param>
    public static IEnumerable<TextRange> Overlapped(MeasuredText text, TextRange within, IEnumerable<TextRange> ranges)
    {
        if (text.Settings.OverlapTokens == 0) return ranges;
        List<TextRange> sentences = [.. TextPieces.Sentences(text.Document.Text, within)];
        return Extended(text, sentences, ranges);
    }

    private static IEnumerable<TextRange> Extended(MeasuredText text, List<TextRange> sentences, IEnumerable<TextRange> ranges)
    {
        var (sentence, previousStart) = (0, -1);
        foreach (var range in ranges)
        {
            while (sentence < sentences.Count && sentences[sentence].End <= range.Start) sentence++;
            var start = previousStart < 0 ? range.Start : Earliest(text, sentences, sentence - 1, (previousStart, range));
            yield return new TextRange(start, range.End - start);
            previousStart = start;
        }
    }

    private static int Earliest(MeasuredText text, List<TextRange> sentences, int last, (int PreviousStart, TextRange Range) at)
    {
        var (previousStart, range) = at;
        var start = range.Start;
        for (var i = last; i >= 0 && sentences[i].Start > previousStart; i--)
        {
            var shared = new TextRange(sentences[i].Start, range.Start - sentences[i].Start);
            if (!text.Fits(shared, text.Settings.OverlapTokens) || !text.Fits(sentences[i].To(range))) break;
            start = sentences[i].Start;
        }

        return start;
    }
}
