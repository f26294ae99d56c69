namespace Millrace.Guardrails.Detection.NationalIds;

/// <summary>Numbers of the United Kingdom (national insurance, health service) and of Ireland (public services).</summary>
internal static class BritishIsles
{
    private const string IrishLetters = "WABCDEFGHIJKLMNOPQRSTUV";
    private const int HealthModulus = 11;

    private static readonly string[] UnusedPrefixes = ["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"];
    private static readonly string[] InsuranceForms = ["AA999999A", "AA 999999 A", "AA999999 A", "AA 99 99 99 A", "AA-99-99-99-A"];
    private static readonly int[] HealthWeights = [10, 9, 8, 7, 6, 5, 4, 3, 2];
    private static readonly int[] IrishWeights = [8, 7, 6, 5, 4, 3, 2];

    private static readonly ContextWords InsuranceWords = new("national insurance", "nino", "ni number", "ni no", "nin",
        "insurance number");

    private static readonly ContextWords HealthWords = new("nhs", "health service", "health number");

    private static readonly ContextWords IrishWords = new("pps", "ppsn", "pps number", "public service");

    public static Recogniser UnitedKingdom { get; } = new ShapedRecogniser(
        "pii.id_gb",
        [
            .. InsuranceForms.Select(form => new Form(form, IsInsurance) { Compact = 0.6f, Grouped = 0.85f, Words = InsuranceWords }),
            new Form("999_999_9999", IsHealth) { Words = HealthWords },
        ]);

    public static Recogniser Ireland { get; } = new ShapedRecogniser(
        "pii.id_ie",
        new Form("9999999_A", IsIrish) { Compact = 0.6f, Words = IrishWords },
        new Form("9999999_AA", IsIrish) { Compact = 0.6f, Words = IrishWords });

    // Six letters never come first, seven never second, seven pairs were never given; the last letter is one of four.
    private static bool IsInsurance(ReadOnlySpan<char> number)
    {
        if (number[0] is 'D' or 'F' or 'I' or 'Q' or 'U' or 'V') return false;
        if (number[1] is 'D' or 'F' or 'I' or 'Q' or 'U' or 'V' or 'O') return false;
        foreach (var prefix in UnusedPrefixes)
            if (number.StartsWith(prefix, StringComparison.Ordinal)) return false;
        return number[^1] is >= 'A' and <= 'D';
    }

    private static bool IsHealth(ReadOnlySpan<char> digits)
    {
        var check = HealthModulus - (CheckSums.Weighted(digits, HealthWeights) % HealthModulus);
        return check != 10 && check % HealthModulus == digits[^1] - '0' && !CheckSums.IsOneDigit(digits);
    }

    // A letter behind the check letter counts nine times; W there is the mark of an old kind, and nothing.
    private static bool IsIrish(ReadOnlySpan<char> number)
    {
        var second = number.Length == 9 && number[8] != 'W' ? number[8] - 'A' + 1 : 0;
        if (second > 9) return false;
        var sum = CheckSums.Weighted(number, IrishWeights) + (second * 9);
        return IrishLetters[sum % IrishLetters.Length] == number[7];
    }
}
