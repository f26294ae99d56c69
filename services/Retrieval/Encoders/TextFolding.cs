using System.Globalization;
using System.Text;

namespace Millrace.Retrieval.Encoders;

/// <summary>What a code point is to a WordPiece tokenizer.</summary>
internal enum RuneRole
{
    /// <summary>Part of a word.</summary>
    Part,

    /// <summary>Left out: a control character, or an accent where accents are removed.</summary>
    Skipped,

    /// <summary>Ends a word.</summary>
    Space,

    /// <summary>A word of its own: a mark, or a Chinese character.</summary>
    Word,
}

/// <summary>
/// What llama.cpp makes of each code point before it looks words up: roles, small letters, letters without accents. It looks at one code
/// point at a time, so that a text's tokens are the sum of its words' tokens wherever it is cut between words. The framework's own
/// normalisation is of no use for that: it does nothing in this mode of globalisation, and BertTokenizer's own preparation leaves out
/// symbols such as a dollar sign, which llama.cpp counts.
/// </summary>
internal sealed class TextFolding
{
    private const int RoleShift = 24;
    private const int CodePointMask = 0xFFFFFF;
    private const int TableLength = 0x10000;
    private const int HangulFirst = 0xAC00;
    private const int HangulCount = 11172;
    private const int JamoFirst = 0x1100;
    private const int SyllablesPerJamo = 588;

    private static readonly Lazy<Dictionary<int, int>> Decompositions = new(ReadDecompositions);
    private static readonly Lazy<TextFolding> Folding = new(() => new TextFolding(lowerCase: true));
    private static readonly Lazy<TextFolding> Plain = new(() => new TextFolding(lowerCase: false));

    private static readonly (int First, int Last)[] Chinese =
    [
        (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
        (0x2B920, 0x2CEAF), (0x2F800, 0x2FA1F),
    ];

    // The framework knows Unicode 16, llama.cpp 15: to it these are letters without a small form.
    private static readonly (int First, int Last)[] Newer =
    [
        (0x897, 0x897), (0x1B4E, 0x1B4F), (0x1B7F, 0x1B7F), (0x1C89, 0x1C89), (0xA7CB, 0xA7CC), (0xA7DA, 0xA7DC), (0x10D50, 0x10D6E),
        (0x10EFC, 0x10EFC), (0x113B8, 0x113E2), (0x11BE1, 0x11BE1), (0x11F5A, 0x11F5A), (0x1611E, 0x1612F), (0x16D6D, 0x16D6F),
        (0x1E5EE, 0x1E5FF),
    ];

    private readonly bool _lowerCase;
    private readonly int[] _table = new int[TableLength];

    private TextFolding(bool lowerCase)
    {
        _lowerCase = lowerCase;
        for (var codePoint = 0; codePoint < TableLength; codePoint++) _table[codePoint] = Compute(codePoint);
    }

    /// <summary>The folding of a tokenizer.</summary>
    /// <param name="lowerCase">Whether it lower-cases text and removes accents.</param>
    public static TextFolding Of(bool lowerCase) => (lowerCase ? Folding : Plain).Value;

    /// <summary>What a code point becomes.</summary>
    /// <returns>Its role, and the code point that stands for it in the word.</returns>
    public (RuneRole Role, int CodePoint) Fold(int codePoint)
    {
        var packed = codePoint < TableLength ? _table[codePoint] : Compute(codePoint);
        return ((RuneRole)(packed >> RoleShift), packed & CodePointMask);
    }

    private int Compute(int codePoint)
    {
        var letter = _lowerCase ? WithoutAccents(codePoint) : codePoint;
        var role = IsIn(Newer, letter) ? RuneRole.Part : RoleOf(letter);
        var folded = _lowerCase && role == RuneRole.Part && !IsIn(Newer, letter) ? SmallLetter(letter) : letter;
        return ((int)role << RoleShift) | folded;
    }

    private RuneRole RoleOf(int codePoint)
    {
        if (Rune.IsValid(codePoint) && Rune.IsWhiteSpace(new Rune(codePoint))) return RuneRole.Space;
        if (codePoint == Rune.ReplacementChar.Value) return RuneRole.Skipped;
        return CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
        {
            >= UnicodeCategory.Control and <= UnicodeCategory.PrivateUse => RuneRole.Skipped,
            >= UnicodeCategory.NonSpacingMark and <= UnicodeCategory.EnclosingMark when _lowerCase => RuneRole.Skipped,
            >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation => RuneRole.Word,
            >= UnicodeCategory.MathSymbol and <= UnicodeCategory.OtherSymbol when codePoint < 0x7F => RuneRole.Word,
            _ => IsIn(Chinese, codePoint) ? RuneRole.Word : RuneRole.Part,
        };
    }

    private static int SmallLetter(int codePoint) =>
        Rune.IsValid(codePoint) ? Rune.ToLowerInvariant(new Rune(codePoint)).Value : codePoint;

    private static int WithoutAccents(int codePoint) => codePoint is >= HangulFirst and < HangulFirst + HangulCount
        ? JamoFirst + ((codePoint - HangulFirst) / SyllablesPerJamo)
        : Decompositions.Value.GetValueOrDefault(codePoint, codePoint);

    private static bool IsIn((int First, int Last)[] ranges, int codePoint)
    {
        foreach (var (first, last) in ranges)
            if (codePoint >= first && codePoint <= last)
                return true;
        return false;
    }

    private static Dictionary<int, int> ReadDecompositions()
    {
        Dictionary<int, int> decompositions = [];
        using var stream = typeof(TextFolding).Assembly.GetManifestResourceStream("Decompositions.txt")
            ?? throw new InvalidOperationException("Decompositions.txt is not in the assembly.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            var blank = line.IndexOf(' ', StringComparison.Ordinal);
            var codePoint = int.Parse(line.AsSpan(0, blank), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            foreach (var rune in line.AsSpan(blank + 1).EnumerateRunes()) decompositions[codePoint++] = rune.Value;
        }

        return decompositions;
    }
}
