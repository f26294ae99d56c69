namespace Millrace.Guardrails.Detection;

/// <summary>
/// United States social security numbers: three, two and four digits between two equal separators. Numbers that were never issued
/// (areas 000, 666 and 9xx, group 00, serial 0000), the two that advertisements made void, and one digit nine times are none.
/// </summary>
internal sealed class SsnRecogniser : Recogniser
{
    private const int NumberChars = 11;
    private const int GroupAt = 4;
    private const int SerialAt = 7;
    private const float DashedScore = 0.9f;
    private const float SpacedScore = 0.6f;

    private static readonly (int Area, int Group, int Serial)[] Void = [(78, 5, 1120), (219, 9, 9999)];

    public override string Rule => "pii.ssn";

    public override int CharsMax => NumberChars + 1;

    public override bool CanStart(char first) => char.IsAsciiDigit(first) && first != '9';

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var known = text[start..Math.Min(text.Length, start + CharsMax)];
        for (var i = 0; i < known.Length; i++)
            if (!Fits(known, i)) return Match.None;

        if (known.Length < NumberChars) return isEnd ? Match.None : Match.Undecided;
        if (known.Length == NumberChars && !isEnd) return Match.Undecided;
        if (Chars.IsFraction(text, start) || !IsIssued(known)) return Match.None;
        return Match.Found(NumberChars, Chars.IsDash(known[GroupAt - 1]) ? DashedScore : SpacedScore);
    }

    private static bool Fits(ReadOnlySpan<char> known, int index) => index switch
    {
        GroupAt - 1 => Chars.IsDash(known[index]) || Chars.IsSpace(known[index]),
        SerialAt - 1 => known[index] == known[GroupAt - 1],
        NumberChars => !Chars.IsWord(known[index]),
        _ => char.IsAsciiDigit(known[index]),
    };

    private static bool IsIssued(ReadOnlySpan<char> number)
    {
        var area = Number(number[..(GroupAt - 1)]);
        var group = Number(number[GroupAt..(SerialAt - 1)]);
        var serial = Number(number[SerialAt..NumberChars]);
        if (area is 0 or 666 or >= 900 || group == 0 || serial == 0) return false;
        var isOneDigit = !number.ContainsAnyExcept(number[0], number[GroupAt - 1]);
        return !isOneDigit && !Void.Contains((area, group, serial));
    }

    private static int Number(ReadOnlySpan<char> digits)
    {
        var value = 0;
        foreach (var digit in digits) value = (value * 10) + (digit - '0');
        return value;
    }
}
