namespace Millrace.Guardrails.Detection.Network;

/// <summary>
/// Hardware addresses: six pairs of hexadecimal digits between equal colons or dashes, or three groups of four between full stops. All
/// zeros and all ones are none, nor is a part of a longer run such as a fingerprint, nor pairs of decimal digits between dashes.
/// </summary>
internal sealed class MacRecogniser : Recogniser
{
    private const int Digits = 12;
    private const float Score = 0.9f;

    public override string Rule => "pii.mac";

    public override int CharsMax => 19;

    public override bool ReadsFolded => true;

    public override bool TakesWords => false;

    public override bool CanStart(char first) => char.IsAsciiHexDigit(first);

    public override bool CanBeSecond(char second) => char.IsAsciiHexDigit(second);

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var cursor = new TextCursor(text, start, isEnd);
        Span<char> digits = stackalloc char[Digits];
        var separator = cursor.Peek(2);
        var group = separator is ':' or '-' ? 2 : 4;
        if (group == 4) separator = '.';
        if (!TryRead(ref cursor, digits, group, separator)) return cursor.Nothing;

        var isPart = (start > 0 && text[start - 1] == separator) || Chars.IsWord(cursor.Peek())
            || (cursor.Peek() == separator && char.IsAsciiHexDigit(cursor.Peek(1)));
        var isDecimal = separator != ':' && !digits.ContainsAnyExceptInRange('0', '9');
        return cursor.Answer(isPart || isDecimal || CheckSums.IsOneDigit(digits) ? 0 : cursor.Length, Score);
    }

    private static bool TryRead(ref TextCursor cursor, scoped Span<char> digits, int group, char separator)
    {
        for (var i = 0; i < digits.Length; i++)
        {
            if (i > 0 && i % group == 0 && !cursor.TryTake(separator)) return false;
            if (!char.IsAsciiHexDigit(cursor.Peek())) return false;
            digits[i] = cursor.Peek();
            cursor.Position++;
        }

        return true;
    }
}
