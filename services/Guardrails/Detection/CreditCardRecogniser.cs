namespace Millrace.Guardrails.Detection;

/// <summary>
/// Payment card numbers: 12 to 19 digits in one run or in groups of four and more (the last may be shorter) between single spaces
/// or dashes, valid by <see cref="CardNumbers"/>. The longest valid prefix is taken, so that a security code behind it does not hide it.
/// </summary>
internal sealed class CreditCardRecogniser : Recogniser
{
    private const int GroupDigitsMin = 4;
    private const float Score = 1.0f;

    public override string Rule => "pii.credit_card";

    // 19 digits, a separator behind each four of them, and one character to see that the number ends.
    public override int CharsMax => CardNumbers.DigitsMax + (CardNumbers.DigitsMax / GroupDigitsMin) + 1;

    public override bool CanStart(char first) => char.IsAsciiDigit(first);

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        if (Chars.IsFraction(text, start)) return Match.None;

        Span<byte> digits = stackalloc byte[CardNumbers.DigitsMax];
        var (count, group, found) = (0, 0, 0);
        var position = start;
        for (; position < text.Length; position++)
        {
            var c = text[position];
            if (char.IsAsciiDigit(c))
            {
                if (count == CardNumbers.DigitsMax) return Match.FoundIf(found, Score);
                digits[count++] = (byte)(c - '0');
                group++;
                continue;
            }

            if (group > 0 && !Chars.IsWord(c) && CardNumbers.IsValid(digits[..count])) found = position - start;
            if (!IsSeparator(c) || group < GroupDigitsMin) return Match.FoundIf(found, Score);
            group = 0;
        }

        if (!isEnd) return Match.Undecided;
        if (group > 0 && CardNumbers.IsValid(digits[..count])) found = position - start;
        return Match.FoundIf(found, Score);
    }

    private static bool IsSeparator(char c) => Chars.IsSpace(c) || Chars.IsDash(c);
}
