namespace Millrace.Guardrails.Detection.NationalIds;

/// <summary>Numbers of Spain, Italy, Portugal and Turkey.</summary>
internal static class SouthernEurope
{
    private const string SpanishLetters = "TRWAGMYFPDXBNJZSQVHLCKE";
    private const string ItalianMonths = "ABCDEHLMPRST";

    // Letters that stand for digits where two people would have the same code.
    private const string ItalianDigitLetters = "LMNPQRSTUV";

    // What characters at odd places count, from 0 and from A on.
    private static readonly byte[] ItalianOdd =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

    private static readonly byte[] ItalianDigitPlaces = [6, 7, 9, 10, 12, 13, 14];
    private static readonly int[] PortugueseWeights = [9, 8, 7, 6, 5, 4, 3, 2];

    private static readonly ContextWords SpanishWords = new("dni", "nif", "nie", "documento nacional", "documento de identidad");

    private static readonly ContextWords PortugueseWords = new("nif", "contribuinte", "número fiscal", "numero fiscal", "tax number");

    private static readonly ContextWords TurkishWords = new("tckn", "t.c. kimlik", "tc kimlik", "kimlik no", "kimlik", "turkish id");

    public static Recogniser Spain { get; } = new ShapedRecogniser(
        "pii.id_es",
        new Form("99999999_A", IsSpanish) { Compact = 0.8f, Grouped = 0.8f, Words = SpanishWords },
        new Form("99.999.999_A", IsSpanish) { Grouped = 0.9f },
        new Form("A_9999999_A", IsForeignerInSpain) { Compact = 0.9f, Grouped = 0.9f, Words = SpanishWords });

    public static Recogniser Italy { get; } = new ShapedRecogniser(
        "pii.id_it", new Form("AAAAAAXXAXXAXXXA", IsItalian) { Compact = 1.0f });

    public static Recogniser Portugal { get; } = new ShapedRecogniser(
        "pii.id_pt", new Form("999_999_999", IsPortuguese) { Words = PortugueseWords });

    public static Recogniser Turkey { get; } = new ShapedRecogniser(
        "pii.id_tr", new Form("99999999999", IsTurkish) { Words = TurkishWords });

    private static bool IsSpanish(ReadOnlySpan<char> number) =>
        !CheckSums.IsOneDigit(number[..8]) && SpanishLetters[CheckSums.Number(number[..8]) % SpanishLetters.Length] == number[8];

    // X, Y and Z count as 0, 1 and 2.
    private static bool IsForeignerInSpain(ReadOnlySpan<char> number)
    {
        if (number[0] is < 'X' or > 'Z') return false;
        var value = ((number[0] - 'X') * 10_000_000) + CheckSums.Number(number[1..8]);
        return SpanishLetters[value % SpanishLetters.Length] == number[8];
    }

    private static bool IsItalian(ReadOnlySpan<char> code)
    {
        if (!ItalianMonths.Contains(code[8]) || !HasItalianDigits(code)) return false;
        var sum = 0;
        for (var i = 0; i < 15; i++)
        {
            var value = char.IsAsciiDigit(code[i]) ? code[i] - '0' : code[i] - 'A';
            sum += i % 2 == 0 ? ItalianOdd[value] : value;
        }

        return sum % 26 == code[15] - 'A';
    }

    // All of them may be letters, but a code without a digit is far more often a word.
    private static bool HasItalianDigits(ReadOnlySpan<char> code)
    {
        var digits = 0;
        foreach (var place in ItalianDigitPlaces)
        {
            if (char.IsAsciiDigit(code[place])) digits++;
            else if (!ItalianDigitLetters.Contains(code[place])) return false;
        }

        return digits > 1;
    }

    private static bool IsPortuguese(ReadOnlySpan<char> digits)
    {
        if (digits[0] is '0' or '4' or '7' || CheckSums.IsOneDigit(digits)) return false;
        var check = 11 - (CheckSums.Weighted(digits, PortugueseWeights) % 11);
        return (check > 9 ? 0 : check) == digits[8] - '0';
    }

    private static bool IsTurkish(ReadOnlySpan<char> digits)
    {
        var (odd, even) = (0, 0);
        for (var i = 0; i < 9; i++)
        {
            if (i % 2 == 0) odd += digits[i] - '0';
            else even += digits[i] - '0';
        }

        var tenth = ((odd * 7) - even + 100) % 10;
        return digits[0] != '0' && tenth == digits[9] - '0' && (odd + even + tenth) % 10 == digits[10] - '0';
    }
}
