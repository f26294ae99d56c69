namespace Millrace.Guardrails.Detection.Secrets;

/// <summary>Tells what a machine drew at random from words, names and placeholders.</summary>
internal static class Randomness
{
    // Eight letters of one case in a row, two of them vowels, are a word far more often than chance.
    private const int WordLetters = 8;
    private const int WordVowels = 2;
    private const int DistinctMin = 8;

    /// <summary>Whether a text looks drawn at random: digits and letters, many different ones, no words.</summary>
    public static bool IsLikely(ReadOnlySpan<char> text)
    {
        var (digits, letters, run, vowels) = (0, 0, 0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i])) digits++;
            if (char.IsAsciiLetter(text[i])) letters++;
            if (i == 0 || !char.IsAsciiLetter(text[i]) || !char.IsAsciiLetter(text[i - 1]) || !IsSameCase(text[i], text[i - 1]))
                (run, vowels) = (0, 0);
            run++;
            if (IsVowel(text[i])) vowels++;
            if (run >= WordLetters && vowels >= WordVowels) return false;
        }

        return digits > 1 && letters > 1 && HasVariety(text);
    }

    /// <summary>Whether a text has a digit and different characters enough to be a key and not its placeholder.</summary>
    public static bool HasVariety(ReadOnlySpan<char> text)
    {
        var seen = default(UInt128);
        foreach (var c in text)
            if (c < 128) seen |= UInt128.One << c;
        return text.ContainsAnyInRange('0', '9') && UInt128.PopCount(seen) >= DistinctMin;
    }

    private static bool IsVowel(char c) => char.ToLowerInvariant(c) is 'a' or 'e' or 'i' or 'o' or 'u';

    private static bool IsSameCase(char a, char b) => char.IsAsciiLetterUpper(a) == char.IsAsciiLetterUpper(b);
}
