using System.Globalization;
using System.Text;

namespace Millrace.Retrieval.Parsing.Word;

/// <summary>A level of a numbering, and how far it has counted.</summary>
internal sealed class WordListLevel
{
    private const int MarkCharsMax = 60;
    private const int RomansMax = 3999;
    private const int LettersMax = 26 * 20;

    private static readonly (int Value, string Digits)[] Romans =
    [
        (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"),
        (4, "iv"), (1, "i"),
    ];

    /// <summary>How its numbers are written, by the format's own name, such as <c>decimal</c>.</summary>
    public string Format { get; set; } = "";

    /// <summary>What a mark looks like: <c>%1.%2</c> stands for the numbers of the first two levels.</summary>
    public string Pattern { get; set; } = "";

    /// <summary>Number of the first item.</summary>
    public int Start { get; set; } = 1;

    /// <summary>Number of the latest item; null before the first one.</summary>
    public int? Current { get; set; }

    /// <summary>Goes on to the next item.</summary>
    public void Count() => Current = Current is { } current and < int.MaxValue ? current + 1 : Start;

    /// <summary>The mark of the latest item; empty for a bullet.</summary>
    /// <param name="levels">All levels of the numbering.</param>
    public string Mark(IReadOnlyList<WordListLevel> levels)
    {
        if (Format is "" or "bullet" or "none") return "";
        var mark = new StringBuilder();
        for (var i = 0; i < Pattern.Length && mark.Length < MarkCharsMax; i++)
        {
            var isNumber = Pattern[i] == '%' && i + 1 < Pattern.Length && Pattern[i + 1] is >= '1' and <= '9';
            if (isNumber) mark.Append(levels[Pattern[++i] - '1'].Number());
            else mark.Append(Pattern[i]);
        }

        return mark.ToString();
    }

    private string Number()
    {
        var number = Current ?? Start;
        return Format switch
        {
            "lowerLetter" when number is > 0 and <= LettersMax => Letters(number, 'a'),
            "upperLetter" when number is > 0 and <= LettersMax => Letters(number, 'A'),
            "lowerRoman" when number is > 0 and <= RomansMax => Roman(number),
            "upperRoman" when number is > 0 and <= RomansMax => Roman(number).ToUpperInvariant(),
            _ => number.ToString(CultureInfo.InvariantCulture),
        };
    }

    // After z comes aa, then bb.
    private static string Letters(int number, char first)
    {
        const int Letters = 26;
        return new string((char)(first + ((number - 1) % Letters)), ((number - 1) / Letters) + 1);
    }

    private static string Roman(int number)
    {
        var roman = new StringBuilder();
        foreach (var (value, digits) in Romans)
            for (; number >= value; number -= value) roman.Append(digits);
        return roman.ToString();
    }
}
