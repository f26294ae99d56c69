namespace Millrace.Guardrails.Detection;

/// <summary>Character classes of the recognisers.</summary>
internal static class Chars
{
    // Scripts that are written with spaces end here (Latin, Greek, Cyrillic). Ideographs and the like stand directly beside
    // a number or an address without belonging to it, so they count as its surroundings.
    private const int SpacedScripts = 0x530;

    private static readonly bool[] Words = Table(c => char.IsLetterOrDigit(c) || c == '_' || c is >= '\u0300' and <= '\u036F');

    /// <summary>A letter, digit, underscore or combining mark.</summary>
    public static bool IsWord(char c) => c < SpacedScripts && Words[c];

    /// <summary>A letter of a script that is written with spaces.</summary>
    public static bool IsLetter(char c) => IsWord(c) && !char.IsAsciiDigit(c) && c != '_';

    /// <summary>A hyphen or a dash.</summary>
    public static bool IsDash(char c) => c is '-' or (>= '\u2010' and <= '\u2015');

    /// <summary>A space within a line, breaking or not.</summary>
    public static bool IsSpace(char c) => c is ' ' or '\u00A0' or '\u202F' or '\u2009';

    /// <summary>Whether the digits at a position are the fraction of a decimal number, such as those of <c>0.4111</c>.</summary>
    public static bool IsFraction(ReadOnlySpan<char> text, int start) =>
        start >= 2 && text[start - 1] is '.' or ',' && char.IsAsciiDigit(text[start - 2]);

    private static bool[] Table(Func<char, bool> contains) =>
        [.. Enumerable.Range(0, SpacedScripts).Select(code => contains((char)code))];
}
