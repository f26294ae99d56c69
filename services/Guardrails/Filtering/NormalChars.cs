using System.Globalization;

namespace Millrace.Guardrails.Filtering;

/// <summary>
/// What characters are read as. Digits of every script and width, full-width forms, and letters of mathematics or in circles are the ASCII
/// ones; characters that nobody sees are none; letters of other scripts that look like Latin ones can be folded onto those.
/// </summary>
internal static class NormalChars
{
    /// <summary>Stands for a character that is not read.</summary>
    public const char Nothing = '\uFFFF';

    private const string CyrillicLookalikes = "аaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwАAВBЕEКKМMНHОOРPСCТTУYХXІIЈJЅSԌGԚQԜWӏl";
    private const string GreekLookalikes = "οoαaνvιiκkρpτtυuχxΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX";
    private const string OtherLookalikes = "օoսuհhոnցgɑaɡgıiɩiʏyꓐBꓑPꓒdꓓDꓔTꓖGꓗKꓙJꓚCꓜZꓝFꓠNꓡLꓢSꓣRꓦVꓧHꓪWꓫXꓬYꓮAꓰEꓲIꓳOꓴU․.。.﹒.﹫@﹣-‚,⁄/∕/";

    // Letters of mathematics that Unicode had put elsewhere before.
    private const string LetterlikeSymbols = "ℂCℊgℋHℌHℍHℎhℐIℑIℒLℓlℕNℙPℚQℛRℜRℝRℤZℨZℬBℭCℯeℰEℱFℳMℴoⅆdⅇeⅈiⅉj";

    private static readonly char[] Plain = PlainTable();
    private static readonly char[] Folds = FoldTable();

    /// <summary>What a character is read as; <see cref="Nothing"/> when it is not read.</summary>
    public static char Of(char c) => Plain[c];

    /// <summary>What a character is read as where only ASCII is expected.</summary>
    public static char Fold(char c) => Folds[c];

    /// <summary>What a character beyond the basic plane is read as, or 0 when it is read as it is.</summary>
    public static char OfPair(int codePoint) => codePoint switch
    {
        >= 0x1D400 and <= 0x1D6A3 => Letter((codePoint - 0x1D400) % 52),
        >= 0x1D7CE and <= 0x1D7FF => (char)('0' + ((codePoint - 0x1D7CE) % 10)),
        >= 0x1F130 and <= 0x1F149 => (char)('A' + codePoint - 0x1F130),
        >= 0x1F150 and <= 0x1F169 => (char)('A' + codePoint - 0x1F150),
        >= 0x1F170 and <= 0x1F189 => (char)('A' + codePoint - 0x1F170),

        // Tags: a copy of ASCII that no font shows and that models read.
        >= 0xE0020 and <= 0xE007E => (char)(codePoint - 0xE0000),
        _ => OfDigit(codePoint),
    };

    private static char OfDigit(int codePoint)
    {
        var digit = CharUnicodeInfo.GetUnicodeCategory(codePoint) == UnicodeCategory.DecimalDigitNumber
            ? CharUnicodeInfo.GetDecimalDigitValue(char.ConvertFromUtf32(codePoint), 0)
            : -1;
        return digit < 0 ? '\0' : (char)('0' + digit);
    }

    private static char Letter(int index) => (char)(index < 26 ? 'A' + index : 'a' + index - 26);

    private static char[] PlainTable()
    {
        var table = new char[char.MaxValue + 1];
        for (var code = 0; code <= char.MaxValue; code++) table[code] = PlainOf((char)code);
        Put(table, LetterlikeSymbols);
        return table;
    }

    private static char PlainOf(char c) => c switch
    {
        < '\u0080' => c,
        '\u00AD' or '\u034F' or '\u061C' or '\u180E' or '\uFEFF' => Nothing,
        >= '\u180B' and <= '\u180F' or >= '\u200B' and <= '\u200F' or >= '\u202A' and <= '\u202E' => Nothing,
        >= '\u2060' and <= '\u206F' or >= '\uFE00' and <= '\uFE0F' or >= '\uFFF9' and <= '\uFFFB' => Nothing,
        '\u3000' => ' ',
        >= '\uFF01' and <= '\uFF5E' => (char)(c - 0xFEE0),
        >= '\u24B6' and <= '\u24CF' => (char)('A' + c - 0x24B6),
        >= '\u24D0' and <= '\u24E9' => (char)('a' + c - 0x24D0),
        >= '\u2460' and <= '\u2468' => (char)('1' + c - 0x2460),
        '\u24EA' => '0',
        _ when char.GetUnicodeCategory(c) == UnicodeCategory.DecimalDigitNumber => (char)('0' + CharUnicodeInfo.GetDecimalDigitValue(c)),
        _ => c,
    };

    private static char[] FoldTable()
    {
        var table = (char[])Plain.Clone();
        Put(table, CyrillicLookalikes);
        Put(table, GreekLookalikes);
        Put(table, OtherLookalikes);
        return table;
    }

    private static void Put(char[] table, string pairs)
    {
        for (var at = 0; at < pairs.Length; at += 2) table[pairs[at]] = pairs[at + 1];
    }
}
