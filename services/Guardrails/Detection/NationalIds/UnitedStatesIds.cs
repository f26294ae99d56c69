namespace Millrace.Guardrails.Detection.NationalIds;

/// <summary>
/// United States numbers. Social security numbers (<c>pii.ssn</c>): area, group and serial; those that were never issued (areas 000, 666
/// and 9xx, group 00, serial 0000), those that advertisements made void and one digit nine times are none. Nine bare digits count behind
/// words only. Taxpayer and Medicare numbers (<c>pii.id_us</c>) have their own ranges.
/// </summary>
internal static class UnitedStatesIds
{
    // What people type who need some number.
    private const string Countdown = "98765432";
    private const string MedicareLetters = "ACDEFGHJKMNPQRTUVWXY";

    private static readonly (int Area, int Group, int Serial)[] Void = [(78, 5, 1120), (219, 9, 9999)];

    private static readonly ContextWords SsnWords = new("ssn", "ss#", "social security", "soc sec", "social sec", "ss number", "socials");

    private static readonly ContextWords TaxWords = new("itin", "taxpayer", "tax id", "tin", "individual taxpayer");

    private static readonly ContextWords MedicareWords = new("medicare", "mbi", "beneficiary");

    public static Recogniser Ssn { get; } = new ShapedRecogniser(
        "pii.ssn",
        new Form("999-99-9999", IsSsn) { Grouped = 0.9f, Words = SsnWords },
        new Form("999 99 9999", IsSsn) { Grouped = 0.6f, Words = SsnWords },
        new Form("999999999", digits => IsSsn(digits) && digits is not "123456789") { Words = SsnWords, Announced = 0.9f });

    public static Recogniser Others { get; } = new ShapedRecogniser(
        "pii.id_us",
        new Form("999-99-9999", IsTaxpayer) { Grouped = 0.85f, Words = TaxWords },
        new Form("999 99 9999", IsTaxpayer) { Grouped = 0.6f, Words = TaxWords },
        new Form("999999999", IsTaxpayer) { Words = TaxWords, Announced = 0.9f },
        new Form("9AX9_AX9_AA99", IsMedicare) { Compact = 0.6f, Grouped = 0.85f, Words = MedicareWords });

    private static bool IsSsn(ReadOnlySpan<char> digits)
    {
        var (area, group, serial) = Parts(digits);
        if (area is 0 or 666 or >= 900 || group == 0 || serial == 0) return false;
        return !CheckSums.IsOneDigit(digits) && !Void.Contains((area, group, serial));
    }

    private static bool IsTaxpayer(ReadOnlySpan<char> digits) =>
        Parts(digits) is (>= 900, (>= 50 and <= 65) or (>= 70 and <= 88) or (>= 90 and <= 92) or (>= 94 and <= 99), _)
        && !CheckSums.IsOneDigit(digits)
        && !digits.StartsWith(Countdown, StringComparison.Ordinal);

    private static (int Area, int Group, int Serial) Parts(ReadOnlySpan<char> digits) =>
        (CheckSums.Number(digits[..3]), CheckSums.Number(digits[3..5]), CheckSums.Number(digits[5..]));

    // The identifier of a beneficiary: some letters are never used, and the first digit is not zero.
    private static bool IsMedicare(ReadOnlySpan<char> number)
    {
        foreach (var c in number)
            if (char.IsAsciiLetter(c) && !MedicareLetters.Contains(c)) return false;
        return number[0] != '0';
    }
}
