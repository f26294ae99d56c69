using Millrace.Retrieval.Parsing;

namespace Millrace.Retrieval.Chunking.Strategies;

/// <summary>Paragraph by paragraph. Short ones are joined until they reach the minimum; those that are too long are cut.</summary>
internal sealed class ParagraphStrategy : ChunkStrategy
{
    /// <inheritdoc/>
    protected override IEnumerable<Chunk> Cut(MeasuredText text) => text.Document.Sections.SelectMany(section => Cut(text, section));

    private static IEnumerable<Chunk> Cut(MeasuredText text, Section section)
    {
        var range = text.RangeOf(section);
        if (range.Length == 0) return [];
        var joined = Joined(text, TextPieces.Cut(text.Document.Text, range, PieceLevel.Paragraph));
        return SectionCutter.Overlapped(text, range, joined).Select(paragraph => text.ChunkOf(section, paragraph));
    }

    private static List<TextRange> Joined(MeasuredText text, IEnumerable<TextRange> paragraphs)
    {
        List<TextRange> joined = [];
        foreach (var paragraph in paragraphs)
        {
            if (joined is [.., var last] && IsShort(text, last) && text.Fits(last.To(paragraph))) joined[^1] = last.To(paragraph);
            else if (text.Fits(paragraph)) joined.Add(paragraph);
            else joined.AddRange(SectionCutter.Packed(text, TextPieces.ThatFit(text, paragraph, PieceLevel.Line)));
        }

        // Behind a short end there is nothing to join, so it goes to what is before it.
        if (joined is [.., var before, var end] && IsShort(text, end) && text.Fits(before.To(end)))
        {
            joined.RemoveAt(joined.Count - 1);
            joined[^1] = before.To(end);
        }

        return joined;
    }

    private static bool IsShort(MeasuredText text, TextRange range) => text.Tokens(range) < text.Settings.TokensMin;
}
