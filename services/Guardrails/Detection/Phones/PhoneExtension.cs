namespace Millrace.Guardrails.Detection.Phones;

/// <summary>The extension behind a telephone number: <c>x459</c>, <c>ext. 12</c>, <c> #7</c>; at most six digits.</summary>
internal static class PhoneExtension
{
    private const int DigitsMax = 6;

    private static readonly string[] Marks = ["extension", "ext.", "ext", "x", "#"];

    /// <summary>The extension at a position, or nothing; undecided while the text may still become one.</summary>
    public static Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var rest = text[start..];
        var mark = SkipSpace(rest);
        if (mark == rest.Length) return isEnd ? Match.None : Match.Undecided;

        foreach (var word in Marks)
        {
            var candidate = rest[mark..];
            if (candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase)) return MatchDigits(rest, mark + word.Length, isEnd);
            if (!isEnd && word.AsSpan().StartsWith(candidate, StringComparison.OrdinalIgnoreCase)) return Match.Undecided;
        }

        return Match.None;
    }

    private static Match MatchDigits(ReadOnlySpan<char> rest, int position, bool isEnd)
    {
        position += SkipSpace(rest[position..]);
        var first = position;
        while (position < rest.Length && position - first <= DigitsMax && char.IsAsciiDigit(rest[position])) position++;

        var digits = position - first;
        if (digits > DigitsMax) return Match.None;
        if (position == rest.Length && !isEnd) return Match.Undecided;
        return Match.FoundIf(digits > 0 ? position : 0, score: 1);
    }

    private static int SkipSpace(ReadOnlySpan<char> text) => !text.IsEmpty && Chars.IsSpace(text[0]) ? 1 : 0;
}
