using System.Buffers;
using System.Text;

namespace Millrace.Retrieval.Parsing;

/// <summary>Text that came out of a format: character references and escapes can say what no clean source contains.</summary>
internal static class CleanText
{
    private static readonly SearchValues<char> Unwanted = SearchValues.Create(
        [.. Enumerable.Range(0, 0x10000).Select(c => (char)c).Where(c => IsUnwanted(c) || char.IsSurrogate(c))]);

    /// <summary>The text without control characters but line feeds and tabs, and with U+FFFD for half a character.</summary>
    public static string Of(string text)
    {
        var first = text.AsSpan().IndexOfAny(Unwanted);
        return first < 0 ? text : Cleaned(text, first);
    }

    private static string Cleaned(string text, int first)
    {
        var clean = new StringBuilder(text, 0, first, text.Length);
        foreach (var rune in text.AsSpan(first).EnumerateRunes())
        {
            if (rune.Value is '\r' or '\f' or '\v' or 0x85 or 0x2028 or 0x2029) AppendLineEnd(clean);
            else if (!rune.IsBmp || !IsUnwanted((char)rune.Value)) clean.Append(rune);
        }

        return clean.ToString();
    }

    private static void AppendLineEnd(StringBuilder clean)
    {
        if (clean.Length == 0 || clean[^1] != '\n') clean.Append('\n');
    }

    private static bool IsUnwanted(char c) => c is not ('\n' or '\t') && (char.IsControl(c) || c is '\uFEFF' or '\u2028' or '\u2029');
}
