namespace Millrace.Guardrails.Detection.Dates;

/// <summary>Days on which somebody was born: a date behind words that say so.</summary>
internal sealed class DateOfBirthRecogniser : Recogniser
{
    private const float Score = 0.9f;

    private static readonly ContextWords Words = new(
        "born", "dob", "d.o.b", "date of birth", "birth date", "birthdate", "birthday", "birth", "geboren", "geburtsdatum", "né le",
        "née le", "naissance",
        "nacido", "nacida", "nacimiento", "nato il", "nata il", "nascita", "nascimento", "geboortedatum", "fødselsdato", "födelsedatum");

    public override string Rule => "pii.date_of_birth";

    public override int CharsMax => DateReader.CharsMax;

    public override bool CanStart(char first) => char.IsAsciiDigit(first) || "jfmasondJFMASOND".Contains(first);

    public override bool CanBeSecond(char second) =>
        char.IsAsciiDigit(second) || second is '/' or '-' or '.' or ' ' || "aepucostnrhAEPUCO".Contains(second);

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var cursor = new TextCursor(text, start, isEnd);
        var kind = DateReader.Read(ref cursor);
        if (kind is DateKind.None or DateKind.Time || !Words.Precede(text, start) || Months.IsWeekday(cursor.Taken)) return cursor.Nothing;
        return cursor.Answer(Borders.IsFreeAfter(ref cursor, isSpaced: false) ? cursor.Length : 0, Score);
    }
}
