using System.Text;

namespace Millrace.Guardrails.Injection.Decoding;

/// <summary>Tells text from noise among bytes that were decoded.</summary>
internal static class DecodedBytes
{
    private const int CharsMin = 6;

    // Of every eight characters of a text this many are letters or spaces at least.
    private const int LettersOfEight = 6;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);

    /// <summary>The text that bytes are, or null for what is none.</summary>
    public static string? ToText(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < CharsMin) return null;
        var text = Utf8.GetString(bytes);
        var (letters, noise) = (0, 0);
        foreach (var c in text)
        {
            if (char.IsLetter(c) || c == ' ') letters++;
            if (c == '\uFFFD' || (char.IsControl(c) && !char.IsWhiteSpace(c))) noise++;
        }

        // A cut may leave half a character at each end.
        return noise <= 2 && letters * 8 >= text.Length * LettersOfEight ? text : null;
    }
}
