using System.Globalization;
using System.Text;

namespace Millrace.Guardrails.Injection.Decoding;

/// <summary>Single characters by their numbers: <c>%69</c>, <c>&amp;#105;</c>, <c>\u0069</c>, <c>\x69</c>, <c>U+0069</c>.</summary>
internal sealed class EscapeDecoder : Decoder
{
    // Fewer occur in the addresses and the code of honest people.
    private const int EscapesMin = 4;

    private static readonly (string Prefix, int DigitsMin, int DigitsMax, bool IsHex, string Suffix)[] Forms =
    [
        ("&#x", 1, 6, true, ";"), ("&#", 1, 7, false, ";"), ("\\u{", 1, 6, true, "}"), ("\\u", 4, 4, true, ""), ("\\x", 2, 2, true, ""),
        ("%u", 4, 4, true, ""), ("%", 2, 2, true, ""), ("U+", 4, 5, true, ""),
    ];

    public override string Name => "escapes";

    public override string? Decode(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAny("&\\%U") < 0) return null;
        var decoded = new StringBuilder(text.Length);
        var escapes = 0;
        for (var at = 0; at < text.Length;)
        {
            var length = Read(text[at..], out var character);
            if (length == 0) decoded.Append(text[at++]);
            else
            {
                decoded.Append(character);
                escapes++;
                at += length;
            }
        }

        return escapes >= EscapesMin ? decoded.ToString() : null;
    }

    private static int Read(ReadOnlySpan<char> text, out char character)
    {
        character = '\0';
        if (text[0] is not ('&' or '\\' or '%' or 'U')) return 0;
        foreach (var form in Forms)
        {
            if (!text.StartsWith(form.Prefix)) continue;
            var rest = text[form.Prefix.Length..];
            var digits = 0;
            while (digits < rest.Length && digits < form.DigitsMax && IsDigit(rest[digits], form.IsHex)) digits++;
            if (digits < form.DigitsMin || !rest[digits..].StartsWith(form.Suffix)) continue;

            var style = form.IsHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
            var code = int.Parse(rest[..digits], style, CultureInfo.InvariantCulture);
            character = code is > 0 and < char.MaxValue && !char.IsSurrogate((char)code) ? (char)code : '\uFFFD';
            return form.Prefix.Length + digits + form.Suffix.Length;
        }

        return 0;
    }

    private static bool IsDigit(char c, bool isHex) => isHex ? char.IsAsciiHexDigit(c) : char.IsAsciiDigit(c);
}
