namespace Millrace.Guardrails.Detection.Accounts;

/// <summary>Numbers of accounts and of the banks that keep them. Nothing but the words before them tells accounts from other
/// numbers.</summary>
internal static class BankNumbers
{
    private const float AccountScore = 0.7f;

    private static readonly string[] GroupedAccounts =
        ["9999~9999", "9999~9999~99", "999~999~999", "9999~9999~9999", "99999~99999", "999~99999~9", "9999~9999~9999~9999", "99-9999999"];

    private static readonly int[] RoutingWeights = [3, 7, 1, 3, 7, 1, 3, 7, 1];

    private static readonly ContextWords AccountWords = new(
        "account number", "account no", "account #", "account num", "acct number", "acct no", "acct #", "acct", "a/c", "a/c no",
        "bank account",
        "checking account", "savings account", "kontonummer", "konto-nr", "numéro de compte", "número de cuenta", "numero de cuenta",
        "numero di conto", "rekeningnummer", "account is");

    private static readonly ContextWords RoutingWords = new(
        "routing", "routing number", "routing no", "aba", "rtn", "transit number", "aba number", "bank routing");

    private static readonly ContextWords SortWords = new("sort code", "sortcode", "sort-code");

    public static Recogniser Account { get; } = new ShapedRecogniser(
        "pii.bank_account",
        [.. Enumerable.Range(6, 12).Select(digits => AccountForm(new string('9', digits))), .. GroupedAccounts.Select(AccountForm)]);

    public static Recogniser Routing { get; } = new ShapedRecogniser(
        "pii.bank_routing",
        new Form("999999999", IsRouting) { Words = RoutingWords },
        new Form("9999-9999-9", IsRouting) { Words = RoutingWords },
        new Form("99-99-99", _ => true) { Words = SortWords, Announced = 0.9f },
        new Form("99 99 99", _ => true) { Words = SortWords, Announced = 0.9f },
        new Form("999999", _ => true) { Words = SortWords, Announced = 0.8f, IsDirect = true });

    private static Form AccountForm(string pattern) =>
        new(pattern, digits => !CheckSums.IsOneDigit(digits)) { Words = AccountWords, Announced = AccountScore };

    // The first two digits are a district of the Federal Reserve, or one of three ranges for other kinds of banks.
    private static bool IsRouting(ReadOnlySpan<char> digits) =>
        CheckSums.Number(digits[..2]) is <= 12 or (>= 21 and <= 32) or (>= 61 and <= 72) or 80
        && digits is not "000000000"
        && CheckSums.Weighted(digits, RoutingWeights) % 10 == 0;
}
