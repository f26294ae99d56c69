namespace Millrace.Guardrails.Detection.Accounts;

/// <summary>What is known of payment card numbers: issuer prefixes with their lengths, and the check digit.</summary>
internal static class CardNumbers
{
    /// <summary>Digits of the shortest card number.</summary>
    public const int DigitsMin = 12;

    /// <summary>Digits of the longest card number.</summary>
    public const int DigitsMax = 19;

    /// <summary>Digits of most cards: what a number of an issuer that nobody knows here must have.</summary>
    public const int DigitsUsual = 16;

    private static readonly Issuer[] Issuers =
    [
        new(4, 4, 13, 19), // Visa
        new(51, 55, 16, 16), new(2221, 2720, 16, 16), // Mastercard
        new(34, 34, 15, 15), new(37, 37, 15, 15), // American Express
        new(30, 30, 14, 19), new(36, 36, 14, 19), new(38, 39, 14, 19), // Diners Club
        new(1800, 1800, 15, 15), new(2131, 2131, 15, 15), new(3528, 3589, 16, 19), // JCB
        new(60, 60, 16, 19), new(62, 62, 16, 19), new(64, 65, 16, 19), new(81, 82, 16, 19), // Discover, UnionPay, RuPay
        new(50, 50, 12, 19), new(56, 58, 12, 19), new(6304, 6304, 12, 19), new(6390, 6390, 12, 19), // Maestro
        new(67, 67, 12, 19), new(604, 604, 12, 12), // Maestro; 0604 with its leading zero
    ];

    /// <summary>Whether digits can be a card number: an issuer's prefix and length, or sixteen digits, and a right check digit.</summary>
    public static bool IsValid(ReadOnlySpan<char> digits) =>
        digits.Length is >= DigitsMin and <= DigitsMax
        && !CheckSums.IsOneDigit(digits)
        && (digits.Length == DigitsUsual || HasIssuer(digits))
        && CheckSums.PassesLuhn(digits);

    /// <summary>Whether an issuer is known that gives out numbers with this prefix and of this length.</summary>
    public static bool HasIssuer(ReadOnlySpan<char> digits)
    {
        var prefix = CheckSums.Number(digits[..4]);
        foreach (var issuer in Issuers)
            if (issuer.Covers(prefix, digits.Length)) return true;
        return false;
    }

    private readonly record struct Issuer(int From, int To, int DigitsMin, int DigitsMax)
    {
        // Prefixes have one to four digits; a four-digit number is compared by as many as the prefix has.
        public bool Covers(int prefix, int digits)
        {
            if (digits < DigitsMin || digits > DigitsMax) return false;
            var scale = From switch { < 10 => 1000, < 100 => 100, _ => 1 };
            return prefix / scale >= From && prefix / scale <= To;
        }
    }
}
