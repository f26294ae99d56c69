namespace Millrace.Guardrails.Detection.NationalIds;

/// <summary>Numbers of India, China, Korea, Japan, Singapore, Hong Kong, Thailand, Israel, South Africa and Australia.</summary>
internal static class AsiaAndOthers
{
    private const string IndianHolders = "ABCFGHJLPT";
    private const string ChineseChecks = "10X98765432";
    private const string SingaporeanChecks = "JZIHGFEDCBA";
    private const string ForeignChecks = "XWUTRQPNMLK";

    private static readonly int[] ChineseWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    private static readonly int[] KoreanWeights = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];
    private static readonly int[] JapaneseWeights = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    private static readonly int[] SingaporeanWeights = [2, 7, 6, 5, 4, 3, 2];
    private static readonly int[] HongKongWeights = [7, 6, 5, 4, 3, 2];
    private static readonly int[] ThaiWeights = [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2];
    private static readonly int[] TaxFileWeights = [1, 4, 3, 7, 5, 8, 6, 9, 10];
    private static readonly int[] MedicareWeights = [1, 3, 7, 9, 1, 3, 7, 9];

    private static readonly ContextWords IndianWords = new("aadhaar", "aadhar", "uidai", "uid", "pan", "pan card", "permanent account");

    private static readonly ContextWords KoreanWords = new("rrn", "resident registration", "주민등록번호", "주민번호");

    private static readonly ContextWords JapaneseWords = new("my number", "mynumber", "マイナンバー", "個人番号");

    private static readonly ContextWords ThaiWords = new("thai id", "citizen id", "บัตรประชาชน");

    private static readonly ContextWords IsraeliWords = new("teudat zehut", "israeli id", "identity number", "zehut", "תעודת זהות");

    private static readonly ContextWords SouthAfricanWords = new("id number", "rsa id", "identity number", "sa id", "south african id");

    private static readonly ContextWords AustralianWords = new("tfn", "tax file", "medicare");

    public static Recogniser India { get; } = new ShapedRecogniser(
        "pii.id_in",
        new Form("9999_9999_9999", IsAadhaar) { Grouped = 0.6f, Words = IndianWords },
        new Form("AAAAA9999A", number => IndianHolders.Contains(number[3])) { Compact = 0.7f, Words = IndianWords });

    public static Recogniser China { get; } = new ShapedRecogniser(
        "pii.id_cn", new Form("99999999999999999X", IsChinese) { Compact = 1.0f });

    public static Recogniser Korea { get; } = new ShapedRecogniser(
        "pii.id_kr",
        new Form("999999-9999999", IsKorean) { Grouped = 0.95f, Words = KoreanWords },
        new Form("999999_9999999", IsKoreanDay) { Words = KoreanWords, Announced = 0.85f });

    public static Recogniser Japan { get; } = new ShapedRecogniser(
        "pii.id_jp", new Form("9999_9999_9999", IsJapanese) { Words = JapaneseWords });

    public static Recogniser Singapore { get; } = new ShapedRecogniser(
        "pii.id_sg", new Form("A9999999A", IsSingaporean) { Compact = 0.85f });

    public static Recogniser HongKong { get; } = new ShapedRecogniser(
        "pii.id_hk", new Form("A999999(X)", IsHongKong) { Grouped = 0.9f });

    public static Recogniser Thailand { get; } = new ShapedRecogniser(
        "pii.id_th",
        new Form("9-9999-99999-99-9", IsThai) { Grouped = 0.95f },
        new Form("9_9999_99999_99_9", IsThai) { Words = ThaiWords });

    public static Recogniser Israel { get; } = new ShapedRecogniser(
        "pii.id_il",
        new Form("999999999", digits => !CheckSums.IsOneDigit(digits) && CheckSums.PassesLuhn(digits)) { Words = IsraeliWords });

    public static Recogniser SouthAfrica { get; } = new ShapedRecogniser(
        "pii.id_za", new Form("999999_9999_99_9", IsSouthAfrican) { Compact = 0.7f, Grouped = 0.85f, Words = SouthAfricanWords });

    public static Recogniser Australia { get; } = new ShapedRecogniser(
        "pii.id_au",
        new Form("999_999_999", IsTaxFile) { Words = AustralianWords },
        new Form("9999_99999_9", IsMedicare) { Grouped = 0.6f, Words = AustralianWords });

    private static bool IsAadhaar(ReadOnlySpan<char> digits) => digits[0] > '1' && CheckSums.PassesVerhoeff(digits);

    private static bool IsChinese(ReadOnlySpan<char> number) =>
        IdDates.IsYear(number[6..10])
        && IdDates.IsDay(number[10..12], number[12..14])
        && ChineseChecks[CheckSums.Weighted(number, ChineseWeights) % 11] == number[17];

    private static bool IsKoreanDay(ReadOnlySpan<char> digits) => IdDates.IsDay(digits[2..4], digits[4..6]) && digits[6] is > '0' and < '9';

    private static bool IsKorean(ReadOnlySpan<char> digits) =>
        IsKoreanDay(digits) && (11 - (CheckSums.Weighted(digits, KoreanWeights) % 11)) % 10 == digits[12] - '0';

    private static bool IsJapanese(ReadOnlySpan<char> digits)
    {
        var check = 11 - (CheckSums.Weighted(digits, JapaneseWeights) % 11);
        return (check > 9 ? 0 : check) == digits[11] - '0' && !CheckSums.IsOneDigit(digits);
    }

    // S and T are citizens and residents, F and G foreigners; four is added for who came after 1999.
    private static bool IsSingaporean(ReadOnlySpan<char> number)
    {
        if (number[0] is not ('S' or 'T' or 'F' or 'G')) return false;
        var sum = CheckSums.Weighted(number[1..], SingaporeanWeights) + (number[0] is 'T' or 'G' ? 4 : 0);
        return (number[0] is 'S' or 'T' ? SingaporeanChecks : ForeignChecks)[sum % 11] == number[8];
    }

    // A number with one letter is taken to have a space, which counts 36, before it.
    private static bool IsHongKong(ReadOnlySpan<char> number)
    {
        if (number[7] is > '9' and not 'A') return false;
        var sum = (36 * 9) + (CheckSums.ValueOf(number[0]) * 8) + CheckSums.Weighted(number[1..], HongKongWeights);
        return (sum + CheckSums.ValueOf(number[7])) % 11 == 0;
    }

    private static bool IsThai(ReadOnlySpan<char> digits) =>
        digits[0] is > '0' and < '9' && (11 - (CheckSums.Weighted(digits, ThaiWeights) % 11)) % 10 == digits[12] - '0';

    // Day of birth, serial, citizenship (0, 1 or 2), a digit that is not used any more, a check digit.
    private static bool IsSouthAfrican(ReadOnlySpan<char> digits) =>
        IdDates.IsDay(digits[2..4], digits[4..6]) && digits[10] < '3' && CheckSums.PassesLuhn(digits);

    private static bool IsTaxFile(ReadOnlySpan<char> digits) =>
        CheckSums.Weighted(digits, TaxFileWeights) % 11 == 0 && !CheckSums.IsOneDigit(digits);

    private static bool IsMedicare(ReadOnlySpan<char> digits) =>
        digits[0] is >= '2' and <= '6' && CheckSums.Weighted(digits, MedicareWeights) % 10 == digits[8] - '0';
}
