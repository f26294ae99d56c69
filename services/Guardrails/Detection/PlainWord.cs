namespace Millrace.Guardrails.Detection;

/// <summary>
/// Words as texts are made of: ASCII letters with a space or a mark of the sentence behind them. A word of one or two letters is one only
/// before another word, for numbers are announced by such letters (<c>AB 12 34 56 C</c>).
/// </summary>
internal static class PlainWord
{
    private const int LettersMin = 3;

    // Longer runs of letters may be keys.
    private const int LettersMax = 24;

    /// <summary>Whether one starts at a position; not when that depends on text that has not come yet.</summary>
    public static bool StartsAt(ReadOnlySpan<char> text, int position)
    {
        var end = position;
        var limit = Math.Min(text.Length, position + LettersMax + 1);
        while (end < limit && char.IsAsciiLetter(text[end])) end++;

        var letters = end - position;
        if (letters is 0 or > LettersMax || end + 1 >= text.Length) return false;
        return letters < LettersMin
            ? text[end] == ' ' && char.IsAsciiLetter(text[end + 1])
            : text[end] is ' ' or ',' or ';' or '!' or '?' or ')' || (text[end] == '.' && text[end + 1] is ' ' or '\n');
    }
}
