namespace Millrace.Guardrails.Detection.Documents;

/// <summary>
/// Numbers of passports, which only the words before them tell from others, in the forms of the countries that give them out; and the two
/// lines at the foot of a passport's page that machines read, by their check digits.
/// </summary>
internal sealed class PassportRecogniser : Recogniser
{
    private const float AnnouncedScore = 0.85f;

    private static readonly ContextWords Words = new(
        "passport", "passport number", "passport no", "passeport", "reisepass", "passnummer", "pasaporte", "passaporto", "paspoort",
        "passaporte", "paszport", "pasaport", "旅券", "护照", "여권");

    // United States, Germany, France, Italy, Spain, Netherlands, Canada, Australia, India, China, Japan, Brazil, Korea, Poland,
    // Switzerland, ...
    private static readonly string[] Patterns =
    [
        "999999999", "A_99999999", "AXXXXXXX9", "AXXXXXXXX9", "99AA99999", "AA_9999999", "AAA_999999", "AAA_999999A", "AAXXXXXX9",
        "AA_999999",
        "A_999999AA", "A_9999999", "99999999", "A999A9999", "99_9999999", "A999999",
    ];

    private static readonly Shape[] Shapes = [.. Patterns.Select(pattern => new Shape(pattern))];

    public override string Rule => "pii.passport";

    public override int CharsMax => MachineReadable.CharsMax;

    public override bool ReadsFolded => true;

    public override bool TakesWords => false;

    public override bool CanStart(char first) => char.IsAsciiLetterOrDigit(first);

    public override bool CanBeSecond(char second) => char.IsAsciiDigit(second) || char.IsAsciiLetterUpper(second)
        || second is '<' or ' ' or '-';

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        if (Borders.IsWordAlone(text[start..])) return Match.None;
        var line = MachineReadable.MatchAt(text, start, isEnd);
        if (!line.IsDecided || line.Length > 0 || !Words.Precede(text, start)) return line;

        var length = 0;
        foreach (var shape in Shapes)
        {
            var match = MatchShape(shape, text, start, isEnd);
            if (!match.IsDecided) return match;
            length = Math.Max(length, match.Length);
        }

        return Match.FoundIf(length, AnnouncedScore);
    }

    private static Match MatchShape(Shape shape, ReadOnlySpan<char> text, int start, bool isEnd)
    {
        Span<char> digits = stackalloc char[Shape.DigitsMax];
        var cursor = new TextCursor(text, start, isEnd);
        if (!shape.TryRead(ref cursor, digits, out var read) || !Borders.IsFreeAfter(ref cursor, read.IsSpaced)) return cursor.Nothing;

        // A word of nine letters has the shape of some; a number has digits.
        var count = 0;
        foreach (var c in digits[..read.Digits]) count += char.IsAsciiDigit(c) ? 1 : 0;
        return cursor.Answer(count >= 4 || (count >= 3 && shape.CanStart('C')) ? cursor.Length : 0, AnnouncedScore);
    }
}
