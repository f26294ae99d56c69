namespace Millrace.Guardrails.Pseudonyms;

/// <summary>Names such as <c>PERSON_1</c>: a label in capitals, an underscore, a number.</summary>
internal static class PseudonymNames
{
    /// <summary>Longest name that is looked for, in characters.</summary>
    public const int CharsMax = 72;

    private const int DigitsMax = 6;

    /// <summary>The name of a label and a number.</summary>
    public static string Of(string label, int number) => $"{label}_{number}";

    /// <summary>Whether a word has the form of a name.</summary>
    public static bool IsName(ReadOnlySpan<char> word)
    {
        var number = word.LastIndexOf('_') + 1;
        return number > 1 && word.Length <= CharsMax && word.Length - number is > 0 and <= DigitsMax
            && !word[number..].ContainsAnyExceptInRange('0', '9');
    }

    /// <summary>The words of a text that have the form of a name, in capitals.</summary>
    public static IEnumerable<string> In(string text)
    {
        for (var at = text.IndexOf('_', StringComparison.Ordinal); at >= 0; at = text.IndexOf('_', at))
        {
            var (start, end) = (at, at);
            while (start > 0 && IsPart(text[start - 1])) start--;
            while (end < text.Length && IsPart(text[end])) end++;
            if (IsName(text.AsSpan(start..end))) yield return text[start..end].ToUpperInvariant();
            at = end;
        }
    }

    /// <summary>The name that a found stretch of text is, whatever stands around it: brackets, marks that nobody sees.</summary>
    public static string Read(ReadOnlySpan<char> text)
    {
        var name = new System.Text.StringBuilder();
        foreach (var c in text.ToString().Replace("&lt;", string.Empty, StringComparison.OrdinalIgnoreCase)
            .Replace("&gt;", string.Empty, StringComparison.OrdinalIgnoreCase))
        {
            var narrow = Narrow(c);
            if (IsPart(narrow)) name.Append(char.ToUpperInvariant(narrow));
        }

        return name.ToString();
    }

    private static bool IsPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    // Full width forms stand beside the ASCII ones at a fixed distance.
    private static char Narrow(char c) => c is >= '\uFF01' and <= '\uFF5E' ? (char)(c - 0xFEE0) : c;
}
