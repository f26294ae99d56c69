namespace Millrace.Guardrails.Detection.Dates;

/// <summary>Dates, times, days of the week, and years behind words that years follow.</summary>
internal sealed class DateTimeRecogniser : Recogniser
{
    private const float Score = 0.85f;
    private const float YearScore = 0.6f;

    private static readonly ContextWords BeforeYears = new(
        "in", "of", "since", "during", "from", "until", "till", "by", "before", "after", "around", "circa", "year", "a", "to", "early",
        "late", "mid",
        "©", "and", "spring", "summer", "autumn", "fall", "winter", "the");

    public override string Rule => "entity.date_time";

    public override int CharsMax => DateReader.CharsMax;

    public override bool CanStart(char first) => char.IsAsciiDigit(first) || "jfmasondtwJFMASONDTW".Contains(first);

    public override bool CanBeSecond(char second) =>
        char.IsAsciiDigit(second) || second is '/' or '-' or '.' or ':' or ' ' || "aepucohrstnAEPUCOHR".Contains(second);

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var cursor = new TextCursor(text, start, isEnd);
        var kind = DateReader.Read(ref cursor);
        if (kind == DateKind.None) return cursor.RanOut ? Match.Undecided : MatchYear(text, start, isEnd);
        if (!Borders.IsFreeBefore(text, start, isSpaced: false) || !Borders.IsFreeAfter(ref cursor, isSpaced: false)) return cursor.Nothing;
        return cursor.Answer(cursor.Length, Score);
    }

    private static Match MatchYear(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var cursor = new TextCursor(text, start, isEnd);
        if (cursor.TakeDigits(5) is not (['1', '9', _, _] or ['2', '0', _, _])) return cursor.Nothing;
        if (!BeforeYears.Touch(text, start) || !Borders.IsFreeAfter(ref cursor, isSpaced: true)
            || cursor.Peek() is '%' or '-') return cursor.Nothing;
        return cursor.Answer(cursor.Length, YearScore);
    }
}
