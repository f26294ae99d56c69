using System.Globalization;

namespace Millrace.Retrieval.Chunking;

/// <summary>
/// Runs of words that fit into a number of tokens. A word that is too long alone is cut between characters as readers see them; one such
/// character is never cut, even if it has too many tokens; only one of more code points than any run may have is.
/// </summary>
internal static class TextRuns
{
    /// <summary>Cuts a range into runs that fit into a chunk.</summary>
    public static IEnumerable<TextRange> Cut(MeasuredText text, TextRange range)
    {
        for (var start = range.Start; start < range.End;)
        {
            var run = First(text, new TextRange(start, range.End - start), text.OwnTokensMax);
            yield return run;
            start = StartOfWord(text.Document.Text, run.End, range.End);
        }
    }

    /// <summary>The longest run at the beginning of a range that has at most so many tokens.</summary>
    /// <param name="text">The document.</param>
    /// <param name="range">The range; begins with no white space.</param>
    /// <param name="tokensMax">Most tokens.</param>
    public static TextRange First(MeasuredText text, TextRange range, int tokensMax)
    {
        var source = text.Document.Text;
        var reach = (int)Math.Min(range.End, range.Start + MeasuredText.CharsMax(tokensMax) + 1);
        if (reach < range.End && char.IsLowSurrogate(source[reach])) reach++;
        var fitting = range.Start;
        for (var next = range.Start; next < reach;)
        {
            var end = Math.Min(text.EndOfWord(next), reach);
            if (!text.Fits(new TextRange(range.Start, end - range.Start), tokensMax)) break;
            fitting = end;
            next = StartOfWord(source, end, reach);
        }

        return fitting > range.Start
            ? new TextRange(range.Start, fitting - range.Start)
            : Characters(text, new TextRange(range.Start, Math.Min(text.EndOfWord(range.Start), reach) - range.Start), tokensMax);
    }

    /// <summary>The longest run of whole words, or else of characters, at the end of a range that has at most so many tokens.</summary>
    /// <returns>Offset of its beginning, behind that of the range; the range's end when nothing fits.</returns>
    public static int StartOfLast(MeasuredText text, TextRange range, int tokensMax)
    {
        var source = text.Document.Text;
        var fitting = range.End;
        for (var start = range.End; start > range.Start;)
        {
            while (start > range.Start && char.IsWhiteSpace(source[start - 1])) start--;
            while (start > range.Start && !char.IsWhiteSpace(source[start - 1])) start--;
            if (start == range.Start || !text.Fits(new TextRange(start, range.End - start), tokensMax))
                return fitting < range.End ? fitting : StartOfLastCharacters(text, new TextRange(start, range.End - start), tokensMax);
            fitting = start;
        }

        return fitting;
    }

    private static int StartOfLastCharacters(MeasuredText text, TextRange word, int tokensMax)
    {
        List<int> starts = [];
        ExtendEnds(starts, text.Document.Text.AsSpan(word.Start, word.Length), int.MaxValue, MeasuredText.CharsMax(text.OwnTokensMax));
        var (tooLong, fitting) = (-1, starts.Count - 1);
        while (fitting - tooLong > 1)
        {
            var middle = (tooLong + fitting) / 2;
            if (text.Fits(new TextRange(word.Start + starts[middle], word.Length - starts[middle]), tokensMax)) fitting = middle;
            else tooLong = middle;
        }

        return word.Start + starts[fitting];
    }

    // Gallops forward and then halves what is between, so that a long word is counted a few times and not once per character; and only as
    // many characters are told apart as the gallop reaches.
    private static TextRange Characters(MeasuredText text, TextRange word, int tokensMax)
    {
        var charsMax = MeasuredText.CharsMax(tokensMax);
        var source = text.Document.Text.AsSpan(word.Start, word.Length);
        List<int> ends = [];
        ExtendEnds(ends, source, 1, charsMax);
        var (fitting, tooLong) = (0, 1);
        while (ExtendEnds(ends, source, tooLong + 1, charsMax) && Fits(tooLong)) (fitting, tooLong) = (tooLong, tooLong * 2);
        tooLong = Math.Min(tooLong, ends.Count);
        while (tooLong - fitting > 1)
        {
            var middle = (fitting + tooLong) / 2;
            if (Fits(middle)) fitting = middle;
            else tooLong = middle;
        }

        return new TextRange(word.Start, ends[fitting]);

        bool Fits(int index) => text.Fits(new TextRange(word.Start, ends[index]), tokensMax);
    }

    /// <summary>Where the first characters of a word end, as far as a run may go; at least one.</summary>
    /// <param name="ends">The ends that are known; the next ones are added.</param>
    /// <param name="word">The word.</param>
    /// <param name="count">How many are wanted.</param>
    /// <param name="charsMax">Most UTF-16 code units before the last character.</param>
    /// <returns>Whether there are as many.</returns>
    private static bool ExtendEnds(List<int> ends, ReadOnlySpan<char> word, int count, long charsMax)
    {
        for (var end = ends.Count == 0 ? 0 : ends[^1]; ends.Count < count && end < word.Length && (end <= charsMax || ends.Count == 0);)
        {
            end += StringInfo.GetNextTextElementLength(word[end..]);
            ends.Add(end);
        }

        return ends.Count >= count;
    }

    private static int StartOfWord(string text, int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start])) start++;
        return start;
    }
}
