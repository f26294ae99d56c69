namespace Millrace.Guardrails.Detection.NationalIds;

/// <summary>Numbers of Brazil, Canada, Mexico, Chile and Argentina.</summary>
internal static class Americas
{
    // The letter behind N takes the place that no code uses here.
    private const string MexicanCharacters = "0123456789ABCDEFGHIJKLMN\u00D1OPQRSTUVWXYZ";

    private static readonly int[] ArgentineWeights = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];

    private static readonly ContextWords BrazilianWords = new("cpf", "cadastro de pessoas");

    private static readonly ContextWords CanadianWords = new("sin", "social insurance", "nas", "assurance sociale", "insurance number");

    private static readonly ContextWords ChileanWords = new("rut", "run", "rol único", "rol unico", "cédula", "cedula");

    private static readonly ContextWords ArgentineWords = new("cuit", "cuil");

    public static Recogniser Brazil { get; } = new ShapedRecogniser(
        "pii.id_br",
        new Form("999.999.999-99", IsBrazilian) { Grouped = 1.0f },
        new Form("99999999999", IsBrazilian) { Words = BrazilianWords },
        new Form("999999999-99", IsBrazilian) { Grouped = 0.6f, Words = BrazilianWords });

    public static Recogniser Canada { get; } = new ShapedRecogniser(
        "pii.id_ca", new Form("999_999_999", IsCanadian) { Words = CanadianWords });

    public static Recogniser Mexico { get; } = new ShapedRecogniser(
        "pii.id_mx", new Form("AAAA999999AAAAAAX9", IsMexican) { Compact = 1.0f });

    public static Recogniser Chile { get; } = new ShapedRecogniser(
        "pii.id_cl",
        new Form("99.999.999-X", IsChilean) { Grouped = 0.9f, Words = ChileanWords },
        new Form("9.999.999-X", IsChilean) { Grouped = 0.9f, Words = ChileanWords },
        new Form("99999999-X", IsChilean) { Words = ChileanWords },
        new Form("9999999-X", IsChilean) { Words = ChileanWords });

    public static Recogniser Argentina { get; } = new ShapedRecogniser(
        "pii.id_ar",
        new Form("99-99999999-9", IsArgentine) { Grouped = 0.9f, Words = ArgentineWords },
        new Form("99999999999", IsArgentine) { Words = ArgentineWords });

    private static bool IsBrazilian(ReadOnlySpan<char> digits) =>
        !CheckSums.IsOneDigit(digits) && HasBrazilianCheck(digits[..10]) && HasBrazilianCheck(digits);

    // Digits before the check digit weigh their distance to it, plus one.
    private static bool HasBrazilianCheck(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length - 1; i++) sum += (digits[i] - '0') * (digits.Length - i);
        return sum * 10 % 11 % 10 == digits[^1] - '0';
    }

    private static bool IsCanadian(ReadOnlySpan<char> digits) =>
        digits[0] != '8' && !CheckSums.IsOneDigit(digits) && CheckSums.PassesLuhn(digits);

    private static bool IsMexican(ReadOnlySpan<char> code)
    {
        if (code[10] is not ('H' or 'M' or 'X') || !IdDates.IsDay(code[6..8], code[8..10])) return false;
        var sum = 0;
        for (var i = 0; i < 17; i++) sum += MexicanCharacters.IndexOf(code[i], StringComparison.Ordinal) * (18 - i);
        return (10 - (sum % 10)) % 10 == code[17] - '0';
    }

    // From the right the digits weigh 2 to 7, again and again; ten is written K.
    private static bool IsChilean(ReadOnlySpan<char> number)
    {
        var sum = 0;
        for (var i = 0; i < number.Length - 1; i++) sum += (number[^(i + 2)] - '0') * ((i % 6) + 2);
        var check = 11 - (sum % 11);
        return number[^1] == check switch { 11 => '0', 10 => 'K', _ => (char)('0' + check) } && !CheckSums.IsOneDigit(number);
    }

    private static bool IsArgentine(ReadOnlySpan<char> digits)
    {
        if (CheckSums.Number(digits[..2]) is not (20 or (>= 23 and <= 27))) return false;
        var check = 11 - (CheckSums.Weighted(digits, ArgentineWeights) % 11);
        return check != 10 && check % 11 == digits[10] - '0';
    }
}
