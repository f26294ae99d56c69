namespace Millrace.Guardrails.Detection.Accounts;

/// <summary>
/// International bank account numbers: a country, two check digits, as many letters and digits as that country's have, single spaces or
/// dashes between them; the remainder by 97 must be 1. Words that follow do not matter, since the length is known.
/// </summary>
internal sealed class IbanRecogniser : Recogniser
{
    private const int CountryAndCheck = 4;
    private const float Score = 1.0f;

    public override string Rule => "pii.iban";

    // A separator behind every character but the first four and the last, and one character to see that the number ends.
    public override int CharsMax => (2 * IbanLengths.Max) - CountryAndCheck;

    public override bool ReadsFolded => true;

    public override bool TakesWords => false;

    public override bool CanStart(char first) => char.IsAsciiLetter(first);

    public override bool CanBeSecond(char second) => char.IsAsciiLetter(second);

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        if (start + 2 < text.Length && !char.IsAsciiDigit(text[start + 2])) return Match.None;
        var cursor = new TextCursor(text, start, isEnd);
        var (country, second) = (char.ToUpperInvariant(text[start]), char.ToUpperInvariant(cursor.Peek(1)));
        if (!char.IsAsciiLetter(second) || !char.IsAsciiDigit(cursor.Peek(2)) || !char.IsAsciiDigit(cursor.Peek(3))) return cursor.Nothing;

        var length = IbanLengths.Of(country, second);
        Span<char> number = stackalloc char[IbanLengths.Max];
        if (length == 0 || !TryRead(ref cursor, number[..length])) return cursor.Nothing;
        if (Chars.IsWord(cursor.Peek())) return Match.None;
        return cursor.Answer(IsValid(number[..length]) ? cursor.Length : 0, Score);
    }

    private static bool TryRead(ref TextCursor cursor, scoped Span<char> number)
    {
        for (var i = 0; i < number.Length; i++)
        {
            if (i >= CountryAndCheck && cursor.Peek() is var c && (Chars.IsSpace(c) || Chars.IsDash(c))) cursor.Position++;
            if (!char.IsAsciiLetterOrDigit(cursor.Peek())) return false;
            number[i] = char.ToUpperInvariant(cursor.Peek());
            cursor.Position++;
        }

        return true;
    }

    private static bool IsValid(ReadOnlySpan<char> number)
    {
        Span<char> turned = stackalloc char[IbanLengths.Max];
        number[CountryAndCheck..].CopyTo(turned);
        number[..CountryAndCheck].CopyTo(turned[(number.Length - CountryAndCheck)..]);
        return CheckSums.Mod97(turned[..number.Length]) == 1;
    }
}
