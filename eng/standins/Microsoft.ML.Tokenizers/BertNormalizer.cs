using System.Globalization;
using System.Text;

namespace Microsoft.ML.Tokenizers;

/// <summary>Cleans a text: control characters go, any blank becomes a space, Chinese characters stand alone, capitals become small and
/// accents go where asked.</summary>
internal sealed class BertNormalizer(bool lowersCase, bool splitsChinese, bool removesMarks)
{
    private static readonly (int First, int Last)[] Chinese =
    [
        (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
        (0x2B820, 0x2CEAF), (0x2F800, 0x2FA1F),
    ];

    /// <summary>The cleaned text.</summary>
    public string Normalize(string text)
    {
        StringBuilder clean = new(text.Length);
        foreach (var rune in (removesMarks ? text.Normalize(NormalizationForm.FormD) : text).EnumerateRunes()) Append(clean, rune);
        return clean.ToString().Normalize(NormalizationForm.FormC);
    }

    private void Append(StringBuilder clean, Rune rune)
    {
        if (rune.Value is 0 or 0xFFFD) return;
        switch (Rune.GetUnicodeCategory(rune))
        {
            case UnicodeCategory.Control: break;
            case UnicodeCategory.SpaceSeparator: clean.Append(' '); break;
            case UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark when removesMarks: break;
            case UnicodeCategory.UppercaseLetter when lowersCase: clean.Append(Rune.ToLowerInvariant(rune).ToString()); break;
            default: clean.Append(splitsChinese && IsChinese(rune.Value) ? $" {rune} " : rune.ToString()); break;
        }
    }

    private static bool IsChinese(int codePoint) => Array.Exists(Chinese, range => codePoint >= range.First && codePoint <= range.Last);
}
