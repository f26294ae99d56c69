namespace Millrace.Guardrails.Detection.Documents;

/// <summary>
/// Numbers of driving licences. They differ by country and state, so it takes words before them: up to three letters and five to fifteen
/// digits, in groups or not. British ones are told by their form: five letters of a name, a birth date turned about, initials.
/// </summary>
internal sealed class DriverLicenceRecogniser : Recogniser
{
    private const int DigitsMin = 5;
    private const int NumberCharsMax = 20;
    private const int BritishChars = 16;
    private const float AnnouncedScore = 0.8f;
    private const float BritishScore = 0.7f;

    private static readonly ContextWords Words = new(
        "driver's license", "drivers license", "driver license", "driver’s license", "driver's licence", "drivers licence",
        "driver licence",
        "driving licence", "driving license", "license number", "licence number", "license no", "licence no", "dl number", "dl no", "dl#",
        "dl",
        "führerschein", "führerscheinnummer", "permis de conduire", "licencia de conducir", "permiso de conducir", "patente di guida",
        "rijbewijs", "carta de condução", "driver id");

    public override string Rule => "pii.driver_licence";

    public override int CharsMax => NumberCharsMax + Borders.CharsMax;

    public override bool ReadsFolded => true;

    public override bool TakesWords => false;

    public override bool CanStart(char first) => char.IsAsciiLetterOrDigit(first);

    public override bool CanBeSecond(char second) => char.IsAsciiDigit(second) || char.IsAsciiLetterUpper(second) || second is '-' or ' ';

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        if (Borders.IsWordAlone(text[start..])) return Match.None;
        var british = MatchBritish(text, start, isEnd);
        if (!british.IsDecided || british.Length > 0 || !Words.Precede(text, start)) return british;

        var cursor = new TextCursor(text, start, isEnd);
        cursor.TakeLetters(3);
        var (digits, group) = (0, -1);
        while (group != 0 && cursor.Length < NumberCharsMax)
        {
            group = cursor.TakeDigits(NumberCharsMax - cursor.Length).Length;
            digits += group;
            if (IsSeparator(cursor.Peek()) && char.IsAsciiDigit(cursor.Peek(1))) cursor.Position++;
            else break;
        }

        if (digits < DigitsMin || digits > 15 || !Borders.IsFreeAfter(ref cursor, isSpaced: false)) return cursor.Nothing;
        return cursor.Answer(cursor.Length, AnnouncedScore);
    }

    // Behind the name: a decade, a month (fifty more for women), a day, a year, two initials, and three characters.
    private static Match MatchBritish(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var cursor = new TextCursor(text, start, isEnd);
        if (!char.IsAsciiLetterUpper(cursor.Peek()) || !char.IsAsciiLetterUpper(cursor.Peek(1))) return cursor.Nothing;
        var number = cursor.TakeWhile(char.IsAsciiLetterOrDigit, BritishChars);
        if (number.Length < BritishChars || Chars.IsWord(cursor.Peek())) return cursor.Nothing;

        var name = number[..5].TrimEnd('9');
        var birth = number[5..11];
        var rest = number[11..];
        var isBritish = !name.ContainsAnyExceptInRange('A', 'Z') && !birth.ContainsAnyExceptInRange('0', '9')
            && char.IsAsciiLetterUpper(rest[0]) && (char.IsAsciiLetterUpper(rest[1]) || rest[1] == '9') && char.IsAsciiDigit(rest[2])
            && NationalIds.IdDates.IsDay(CheckSums.Number(birth[1..3]) % 50, CheckSums.Number(birth[3..5]));
        return cursor.Answer(isBritish ? BritishChars : 0, BritishScore);
    }

    private static bool IsSeparator(char c) => Chars.IsSpace(c) || Chars.IsDash(c);
}
