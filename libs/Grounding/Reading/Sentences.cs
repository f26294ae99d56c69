namespace Millrace.Grounding.Reading;

/// <summary>Where sentences end. A line of its own (a heading, an item of a list) is a sentence too.</summary>
public static class Sentences
{
    private static readonly HashSet<string> Abbreviations = new(StringComparer.OrdinalIgnoreCase)
    {
        "mr", "mrs", "ms", "dr", "prof", "st", "no", "nr", "fig", "vs", "e.g", "i.e", "approx", "inc", "ltd", "co", "jr", "sr", "dept",
        "ext",
    };

    /// <summary>The sentences of a text, without the white space around them.</summary>
    public static IEnumerable<TextSpan> Split(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (!EndsAt(text, i) && text[i] != '\n') continue;
            if (Trim(text, start, i + 1) is { } span) yield return span;
            start = i + 1;
        }

        if (Trim(text, start, text.Length) is { } rest) yield return rest;
    }

    /// <summary>
    /// Whether a sentence ends with the character at this place. It is decided by what stands before and right behind it.
    /// </summary>
    public static bool EndsAt(string text, int at)
    {
        var last = at + 1 == text.Length || char.IsWhiteSpace(text[at + 1]);
        if (!last) return false;
        var end = at;
        while (end > 0 && text[end] is '"' or '\'' or ')' or '”' or '’') end--;
        return text[end] is '!' or '?' || (text[end] == '.' && !IsAbbreviated(text, end));
    }

    private static bool IsAbbreviated(string text, int dot)
    {
        var start = dot;
        while (start > 0 && !char.IsWhiteSpace(text[start - 1])) start--;
        var word = text.AsSpan(start, dot - start).TrimStart("(\"'").ToString();
        return Abbreviations.Contains(word) || (word.Length == 1 && char.IsUpper(word[0])) || IsListNumber(text, start, word);
    }

    private static bool IsListNumber(string text, int start, string word) =>
        word.Length is 1 or 2 && word.All(char.IsAsciiDigit) && (start == 0 || text[start - 1] == '\n');

    private static TextSpan? Trim(string text, int start, int end)
    {
        start = SkipBlanks(text, start, end);
        start = SkipBlanks(text, SkipListMarker(text, start, end), end);
        while (end > start && char.IsWhiteSpace(text[end - 1])) end--;
        return end > start ? new TextSpan(start, end - start) : null;
    }

    private static int SkipBlanks(string text, int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start])) start++;
        return start;
    }

    // The sign of a heading, an item or a quotation is layout.
    private static int SkipListMarker(string text, int start, int end)
    {
        var at = start;
        while (at < end && text[at] is '-' or '*' or '#' or '>' or '+' or '•') at++;
        return at < end && char.IsWhiteSpace(text[at]) ? at : start;
    }
}
