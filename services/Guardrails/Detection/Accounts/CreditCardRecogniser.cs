namespace Millrace.Guardrails.Detection.Accounts;

/// <summary>
/// Payment card numbers: 12 to 19 digits in one run, in groups of four and more (the last may be shorter) or each by itself, between equal
/// single separators, valid by <see cref="CardNumbers"/>. The longest valid prefix is taken, so that a security code behind it does not
/// hide it. Sixteen digits of an issuer that is not known count behind words only.
/// </summary>
internal sealed class CreditCardRecogniser : Recogniser
{
    private const int GroupDigitsMin = 4;
    private const float Score = 1.0f;

    private static readonly ContextWords Words = new(
        "card", "credit", "debit", "cc", "visa", "mastercard", "amex", "maestro", "kreditkarte", "carte", "tarjeta", "carta", "cartão",
        "kaart");

    public override string Rule => "pii.credit_card";

    // 19 digits, a separator behind each of them, and the character behind.
    public override int CharsMax => 2 * CardNumbers.DigitsMax;

    public override bool ReadsFolded => true;

    public override bool CanStart(char first) => char.IsAsciiDigit(first);

    public override bool CanBeSecond(char second) => char.IsAsciiDigit(second) || IsSeparator(second);

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        if (!Borders.IsFreeBefore(text, start, isSpaced: false)) return Match.None;

        Span<char> digits = stackalloc char[CardNumbers.DigitsMax];
        var cursor = new TextCursor(text, start, isEnd);
        var (count, groupMin, found, foundDigits) = (0, 0, 0, 0);
        for (var separator = '\0'; ; cursor.Position++)
        {
            var group = cursor.TakeDigits(CardNumbers.DigitsMax + 1 - count);
            if (group.IsEmpty || count + group.Length > CardNumbers.DigitsMax || (groupMin == 1 && group.Length > 1)) break;
            group.CopyTo(digits[count..]);
            count += group.Length;

            var next = cursor.Peek();
            if (!Chars.IsWord(next) && CardNumbers.IsValid(digits[..count])) (found, foundDigits) = (cursor.Length, count);
            if (separator == '\0') (separator, groupMin) = (next, group.Length == 1 ? 1 : GroupDigitsMin);
            if (!IsSeparator(next) || next != separator || group.Length < groupMin) break;
        }

        return cursor.Answer(found > 0 && IsCard(digits[..foundDigits], text, start) ? found : 0, Score);
    }

    // Fewer digits than most cards have, behind another group, are the rest of a longer number.
    private static bool IsCard(ReadOnlySpan<char> digits, ReadOnlySpan<char> text, int start) =>
        digits.Length < CardNumbers.DigitsUsual && !Borders.IsFreeBefore(text, start, isSpaced: true)
            ? false
            : CardNumbers.HasIssuer(digits) || Words.Precede(text, start);

    private static bool IsSeparator(char c) => c == '.' || Chars.IsSpace(c) || Chars.IsDash(c);
}
