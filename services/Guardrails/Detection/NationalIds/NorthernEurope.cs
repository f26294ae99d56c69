namespace Millrace.Guardrails.Detection.NationalIds;

/// <summary>Numbers of Sweden, Norway, Denmark and Finland: the day of birth, a serial, check digits.</summary>
internal static class NorthernEurope
{
    private const string FinnishLetters = "0123456789ABCDEFHJKLMNPRSTUVWXY";

    private static readonly int[] NorwegianFirst = [3, 7, 6, 1, 8, 9, 4, 5, 2, 1];
    private static readonly int[] NorwegianSecond = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1];

    private static readonly ContextWords SwedishWords = new("personnummer", "personnr", "samordningsnummer", "personal identity number",
        "pnr");

    private static readonly ContextWords NorwegianWords = new("fødselsnummer", "fodselsnummer", "personnummer", "fnr", "d-nummer");

    private static readonly ContextWords DanishWords = new("cpr", "cpr-nummer", "cpr-nr", "personnummer", "cpr number");

    private static readonly ContextWords FinnishWords = new("henkilötunnus", "hetu", "personbeteckning", "sotu");

    public static Recogniser Sweden { get; } = new ShapedRecogniser(
        "pii.id_se",
        new Form("999999-9999", IsSwedish) { Grouped = 0.8f, Words = SwedishWords },
        new Form("999999+9999", IsSwedish) { Grouped = 0.8f, Words = SwedishWords },
        new Form("99999999-9999", IsSwedishWithCentury) { Grouped = 0.9f, Words = SwedishWords },
        new Form("999999999999", IsSwedishWithCentury) { Compact = 0.6f, Words = SwedishWords },
        new Form("9999999999", IsSwedish) { Words = SwedishWords });

    public static Recogniser Norway { get; } = new ShapedRecogniser(
        "pii.id_no", new Form("999999_99999", IsNorwegian) { Compact = 0.7f, Grouped = 0.8f, Words = NorwegianWords });

    public static Recogniser Denmark { get; } = new ShapedRecogniser(
        "pii.id_dk", new Form("999999_9999", IsDanish) { Words = DanishWords, Announced = 0.85f });

    public static Recogniser Finland { get; } = new ShapedRecogniser(
        "pii.id_fi",
        new Form("999999-999X", IsFinnish) { Grouped = 1.0f, Words = FinnishWords },
        new Form("999999+999X", IsFinnish) { Grouped = 1.0f, Words = FinnishWords },
        new Form("999999A999X", IsFinnishOfThisCentury) { Compact = 1.0f, Words = FinnishWords });

    // Who has no number of the register has a day that is sixty higher.
    private static bool IsSwedish(ReadOnlySpan<char> digits)
    {
        var day = CheckSums.Number(digits[4..6]);
        return IdDates.IsDay(CheckSums.Number(digits[2..4]), day > 60 ? day - 60 : day) && CheckSums.PassesLuhn(digits);
    }

    private static bool IsSwedishWithCentury(ReadOnlySpan<char> digits) => IdDates.IsYear(digits[..4]) && IsSwedish(digits[2..]);

    // Who has no number of the register has a day that is forty higher.
    private static bool IsNorwegian(ReadOnlySpan<char> digits)
    {
        var day = CheckSums.Number(digits[..2]);
        return IdDates.IsDay(CheckSums.Number(digits[2..4]), day > 40 ? day - 40 : day)
            && CheckSums.Weighted(digits, NorwegianFirst) % 11 == 0
            && CheckSums.Weighted(digits, NorwegianSecond) % 11 == 0;
    }

    // Its check digit has not been kept to since 2007: the day is all there is.
    private static bool IsDanish(ReadOnlySpan<char> digits) => IdDates.IsDay(digits[2..4], digits[..2]);

    private static bool IsFinnish(ReadOnlySpan<char> number) => IsFinnish(number[..6], number[6..9], number[9]);

    private static bool IsFinnishOfThisCentury(ReadOnlySpan<char> number) =>
        number[6] is (>= 'A' and <= 'F') or (>= 'U' and <= 'Y') && IsFinnish(number[..6], number[7..10], number[10]);

    private static bool IsFinnish(ReadOnlySpan<char> date, ReadOnlySpan<char> serial, char check) =>
        IdDates.IsDay(date[2..4], date[..2])
        && FinnishLetters[(int)(((CheckSums.Number(date) * 1000L) + CheckSums.Number(serial)) % FinnishLetters.Length)] == check;
}
