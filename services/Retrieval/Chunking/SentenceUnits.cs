using Millrace.Retrieval.Parsing;

namespace Millrace.Retrieval.Chunking;

/// <summary>Sentences that can be compared with each other: fragments are joined to what is behind them, and what is too long is
/// cut.</summary>
internal static class SentenceUnits
{
    // "Yes." or "3." says nothing by itself.
    private const int FragmentTokensMax = 6;

    /// <summary>The units of a section, in order, without overlap.</summary>
    public static List<TextRange> Of(MeasuredText text, Section section)
    {
        List<TextRange> units = [];
        var range = text.RangeOf(section);
        if (range.Length == 0) return units;
        foreach (var sentence in TextPieces.Sentences(text.Document.Text, range).SelectMany(Cut))
        {
            if (units is [.., var last] && IsFragment(last) && text.Fits(last.To(sentence))) units[^1] = last.To(sentence);
            else units.Add(sentence);
        }

        if (units is [.., var before, var end] && IsFragment(end) && text.Fits(before.To(end)))
        {
            units.RemoveAt(units.Count - 1);
            units[^1] = before.To(end);
        }

        return units;

        IEnumerable<TextRange> Cut(TextRange sentence) => TextPieces.ThatFit(text, sentence, PieceLevel.Run);

        bool IsFragment(TextRange unit) => text.Tokens(unit) <= FragmentTokensMax;
    }
}
