namespace Millrace.Guardrails.Detection.NationalIds;

/// <summary>Numbers of France, Germany, the Netherlands, Belgium and Switzerland.</summary>
internal static class WesternEurope
{
    private const string SwissPrefix = "756";

    private static readonly int[] DutchWeights = [9, 8, 7, 6, 5, 4, 3, 2, -1];

    private static readonly ContextWords GermanWords = new(
        "steuer-id", "steuer id", "steueridentifikationsnummer", "identifikationsnummer", "idnr", "steuernummer", "tax id", "tin");

    private static readonly ContextWords FrenchWords = new(
        "nir", "insee", "sécurité sociale", "securite sociale", "numéro de sécu", "numéro de sécurité", "social security");

    private static readonly ContextWords DutchWords = new(
        "bsn", "burgerservicenummer", "sofinummer", "sofi-nummer", "citizen service", "burger service");

    private static readonly ContextWords BelgianWords = new(
        "rijksregisternummer", "rijksregister", "registre national", "numéro national", "national number", "nrn", "insz", "niss");

    private static readonly ContextWords SwissWords = new("ahv", "avs", "ahv-nr", "ahv-nummer", "ahvn13", "navs13",
        "sozialversicherungsnummer");

    public static Recogniser Germany { get; } = new ShapedRecogniser(
        "pii.id_de", new Form("99_999_999_999", IsGerman) { Grouped = 0.6f, Words = GermanWords });

    public static Recogniser France { get; } = new ShapedRecogniser(
        "pii.id_fr", new Form("9_99_99_9X_999_999_99", IsFrench) { Compact = 0.7f, Grouped = 0.9f, Words = FrenchWords });

    public static Recogniser Netherlands { get; } = new ShapedRecogniser(
        "pii.id_nl", new Form("999_999_999", IsDutch) { Words = DutchWords }, new Form("9999.99.999", IsDutch) { Words = DutchWords });

    public static Recogniser Belgium { get; } = new ShapedRecogniser(
        "pii.id_be",
        new Form("99.99.99-999.99", IsBelgian) { Grouped = 1.0f },
        new Form("99_99_99_999_99", IsBelgian) { Grouped = 0.6f, Words = BelgianWords });

    public static Recogniser Switzerland { get; } = new ShapedRecogniser(
        "pii.id_ch", new Form("999_9999_9999_99", IsSwiss) { Compact = 0.8f, Grouped = 1.0f, Words = SwissWords });

    // Of the first ten digits exactly one comes twice or three times, the others at most once.
    private static bool IsGerman(ReadOnlySpan<char> digits)
    {
        Span<byte> counts = stackalloc byte[10];
        foreach (var digit in digits[..^1]) counts[digit - '0']++;
        var repeated = 0;
        foreach (var count in counts)
        {
            if (count > 3) return false;
            if (count > 1) repeated++;
        }

        return digits[0] != '0' && repeated == 1 && CheckSums.PassesMod11And10(digits);
    }

    // Sex, year and month of birth, department (2A and 2B of Corsica count as 19 and 18), commune, order; then 97 less the remainder.
    private static bool IsFrench(ReadOnlySpan<char> number)
    {
        if (number[0] is not ('1' or '2' or '7' or '8')) return false;
        if (CheckSums.Number(number[3..5]) is not ((>= 1 and <= 12) or (>= 20 and <= 42) or >= 50)) return false;

        Span<char> digits = stackalloc char[13];
        number[..13].CopyTo(digits);
        if (char.IsAsciiLetter(number[6]))
        {
            if (number[5] != '2' || number[6] is not ('A' or 'B')) return false;
            (digits[5], digits[6]) = number[6] == 'A' ? ('1', '9') : ('1', '8');
        }

        return 97 - CheckSums.Mod97(digits) == CheckSums.Number(number[13..]);
    }

    private static bool IsDutch(ReadOnlySpan<char> digits) =>
        CheckSums.Weighted(digits, DutchWeights) % 11 == 0 && !CheckSums.IsOneDigit(digits);

    // Who was born after 1999 has a two put before the number to be divided.
    private static bool IsBelgian(ReadOnlySpan<char> digits)
    {
        if (!IdDates.IsDay(digits[2..4], digits[4..6])) return false;
        var (number, check) = (CheckSums.Number(digits[..9]), CheckSums.Number(digits[9..]));
        return 97 - (number % 97) == check || 97 - ((number + 2_000_000_000L) % 97) == check;
    }

    private static bool IsSwiss(ReadOnlySpan<char> digits)
    {
        if (!digits.StartsWith(SwissPrefix, StringComparison.Ordinal)) return false;
        var sum = 0;
        for (var i = 0; i < 12; i++) sum += (digits[i] - '0') * (i % 2 == 0 ? 1 : 3);
        return (10 - (sum % 10)) % 10 == digits[12] - '0';
    }
}
