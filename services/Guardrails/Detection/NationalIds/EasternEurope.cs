namespace Millrace.Guardrails.Detection.NationalIds;

/// <summary>Numbers of Poland, Czechia (and Slovakia) and Romania.</summary>
internal static class EasternEurope
{
    private static readonly int[] PolishWeights = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1];
    private static readonly int[] RomanianWeights = [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9];

    private static readonly ContextWords PolishWords = new("pesel", "numer pesel", "nr pesel");

    private static readonly ContextWords CzechWords = new("rodné číslo", "rodne cislo", "rč", "birth number");

    private static readonly ContextWords RomanianWords = new("cnp", "cod numeric personal");

    public static Recogniser Poland { get; } = new ShapedRecogniser(
        "pii.id_pl", new Form("99999999999", IsPolish) { Compact = 0.6f, Words = PolishWords });

    public static Recogniser Czechia { get; } = new ShapedRecogniser(
        "pii.id_cz",
        new Form("999999/9999", IsCzech) { Grouped = 0.85f, Words = CzechWords },
        new Form("9999999999", IsCzech) { Words = CzechWords });

    public static Recogniser Romania { get; } = new ShapedRecogniser(
        "pii.id_ro", new Form("9999999999999", IsRomanian) { Compact = 0.6f, Words = RomanianWords });

    // Centuries are told by what is added to the month: 80, 0, 20, 40, 60.
    private static bool IsPolish(ReadOnlySpan<char> digits) =>
        IdDates.IsDay(CheckSums.Number(digits[2..4]) % 20, CheckSums.Number(digits[4..6]))
        && CheckSums.Weighted(digits, PolishWeights) % 10 == 0;

    // Women have 50 added to the month; 20 more where a day's numbers have run out.
    private static bool IsCzech(ReadOnlySpan<char> digits)
    {
        var month = CheckSums.Number(digits[2..4]) % 50;
        if (!IdDates.IsDay(month > 20 ? month - 20 : month, CheckSums.Number(digits[4..6]))) return false;
        var remainder = CheckSums.Number(digits[..9]) % 11;
        return (remainder == 10 ? 0 : remainder) == digits[9] - '0';
    }

    private static bool IsRomanian(ReadOnlySpan<char> digits)
    {
        if (digits[0] == '0' || !IdDates.IsDay(digits[3..5], digits[5..7])) return false;
        if (CheckSums.Number(digits[7..9]) is not ((>= 1 and <= 48) or 51 or 52 or 70)) return false;
        var check = CheckSums.Weighted(digits, RomanianWeights) % 11;
        return (check == 10 ? 1 : check) == digits[12] - '0';
    }
}
