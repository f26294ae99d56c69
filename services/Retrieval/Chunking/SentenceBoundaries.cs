using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;

namespace Millrace.Retrieval.Chunking;

/// <summary>
/// Where sentences end. A full stop after a known abbreviation, an initial or a list number does not end one: a sentence that is cut in two
/// is worse than two in one.
/// </summary>
internal static class SentenceBoundaries
{
    private const string Terminators = ".!?…";
    private const string WideTerminators = "。！？";
    private const string Closers = "\"')]}»”’";

    private static readonly SearchValues<char> AllTerminators = SearchValues.Create(Terminators + WideTerminators);

    private static readonly FrozenSet<string> Abbreviations = FrozenSet.ToFrozenSet(
    [
        "e.g", "i.e", "etc", "vs", "cf", "approx", "mr", "mrs", "ms", "dr", "prof", "st", "no", "nos", "fig", "figs", "sec", "ch", "vol",
        "pp", "inc", "ltd", "co", "corp", "dept", "est", "min", "max", "jan", "feb", "mar", "apr", "jun", "jul", "aug",
        "sep", "sept", "oct",
        "nov", "dec", "a.m", "p.m", "u.s", "u.k",
    ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Offset after the sentence that begins at <paramref name="start"/>; the text's length for the last.</summary>
    public static int EndOfSentence(ReadOnlySpan<char> text, int start)
    {
        for (var i = start; i < text.Length; i++)
        {
            var offset = text[i..].IndexOfAny(AllTerminators);
            if (offset < 0) break;
            i += offset;
            if (WideTerminators.Contains(text[i])) return AfterAccents(text, AfterClosers(text, i + 1));
            if (EndsSentence(text, start, ref i)) return i;
        }

        return text.Length;
    }

    // Moves on to the end of the run of terminators and closers, whether it ends the sentence or not.
    private static bool EndsSentence(ReadOnlySpan<char> text, int start, ref int position)
    {
        var terminator = position;
        while (position < text.Length && Terminators.Contains(text[position])) position++;
        position = AfterClosers(text, position);
        var ends = position < text.Length
            && char.IsWhiteSpace(text[position])
            && !BeginsInLowerCase(text[position..])
            && (text[terminator] != '.' || !IsAbbreviation(text[start..terminator]));
        if (!ends) position--;
        return ends;
    }

    private static int AfterClosers(ReadOnlySpan<char> text, int position)
    {
        while (position < text.Length && Closers.Contains(text[position])) position++;
        return position;
    }

    // A sentence may go on without a blank; its first character must not begin with what belongs to the last one of this.
    private static int AfterAccents(ReadOnlySpan<char> text, int position) =>
        position - 1 + StringInfo.GetNextTextElementLength(text[(position - 1)..]);

    private static bool BeginsInLowerCase(ReadOnlySpan<char> rest)
    {
        var next = rest.TrimStart();
        return next.Length > 0 && char.IsLower(next[0]);
    }

    private static bool IsAbbreviation(ReadOnlySpan<char> before)
    {
        var word = before[(before.LastIndexOfAny(" \t\n(") + 1)..];
        var isInitial = word is [var letter] && char.IsUpper(letter);
        var isListNumber = word.Length == before.Length && word.Length is > 0 and <= 3 && !word.ContainsAnyExceptInRange('0', '9');
        return isInitial || isListNumber || Abbreviations.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);
    }
}
