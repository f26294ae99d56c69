namespace Millrace.Guardrails.Detection.Dates;

/// <summary>What a date says.</summary>
internal enum DateKind
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>A time of day.</summary>
    Time,

    /// <summary>A month with a day or a year, or a day of the week.</summary>
    Partial,

    /// <summary>Day, month and year.</summary>
    Full,
}

/// <summary>
/// Reads dates and times as people and machines write them: <c>2003-08-28 12:13:52</c>, <c>6/24/1991</c>, <c>3rd of March 2024</c>,
/// <c>Mar. 3, 2024</c>, <c>10:30 pm</c>, <c>Sunday</c>.
/// </summary>
internal static class DateReader
{
    /// <summary>Most characters of a date with a time.</summary>
    public const int CharsMax = 48;

    private const int HourMax = 24;

    /// <summary>Reads the longest date or time at the cursor, which stands behind it then.</summary>
    public static DateKind Read(ref TextCursor cursor) =>
        char.IsAsciiDigit(cursor.Peek()) ? ReadNumber(ref cursor) : ReadName(ref cursor);

    private static DateKind ReadNumber(ref TextCursor cursor)
    {
        var start = cursor.Position;
        var first = cursor.TakeDigits(5);
        var mark = cursor.Peek();
        if (first.Length is not (1 or 2 or 4)) return DateKind.None;
        if (mark is '-' or '/' or '.') return ReadNumeric(ref cursor, first, mark);
        if (first.Length == 4) return DateKind.None;

        cursor.Position = start;
        if (TryTakeTime(ref cursor)) return DateKind.Time;
        cursor.Position = start + first.Length;
        return IsDay(first) ? ReadDayAndMonth(ref cursor) : DateKind.None;
    }

    // Year, month and day, or day and month in either order and a year, between equal marks; a time may follow.
    private static DateKind ReadNumeric(ref TextCursor cursor, ReadOnlySpan<char> first, char mark)
    {
        cursor.Position++;
        var second = cursor.TakeDigits(3);
        if (second.Length is not (1 or 2) || !cursor.TryTake(mark)) return DateKind.None;
        var third = cursor.TakeDigits(5);

        var isDate = first.Length == 4
            ? IsYear(first) && third.Length is 1 or 2 && IsDay(second, third)
            : (IsYear(third) || (third.Length == 2 && mark == '/')) && (IsDay(first, second) || IsDay(second, first));
        if (!isDate) return DateKind.None;

        TryTakeTimeBehind(ref cursor);
        return DateKind.Full;
    }

    // 3 March 2024, 3rd of March.
    private static DateKind ReadDayAndMonth(ref TextCursor cursor)
    {
        TryTakeOrdinal(ref cursor);
        if (!cursor.TryTakeSpace()) return DateKind.None;
        if (cursor.TryTake("of") && !cursor.TryTakeSpace()) return DateKind.None;
        return TryTakeMonth(ref cursor) ? WithYear(ref cursor) : DateKind.None;
    }

    // March 3, 2024; March 2024; Sunday.
    private static DateKind ReadName(ref TextCursor cursor)
    {
        var start = cursor.Position;
        if (Months.IsWeekday(cursor.TakeLetters(Months.LettersMax))) return DateKind.Partial;
        cursor.Position = start;
        if (!TryTakeMonth(ref cursor)) return DateKind.None;

        var behind = cursor.Position;
        if (WithYear(ref cursor) == DateKind.Full) return DateKind.Partial;
        cursor.Position = behind;
        if (!cursor.TryTakeSpace() || !IsDay(cursor.TakeDigits(3))) return DateKind.None;
        TryTakeOrdinal(ref cursor);
        return Chars.IsWord(cursor.Peek()) ? DateKind.None : WithYear(ref cursor);
    }

    // A year may follow, behind a comma or not.
    private static DateKind WithYear(ref TextCursor cursor)
    {
        var behind = cursor.Position;
        cursor.TryTake(',');
        if (cursor.TryTakeSpace() && IsYear(cursor.TakeDigits(5)) && !Chars.IsWord(cursor.Peek())) return DateKind.Full;
        cursor.Position = behind;
        return DateKind.Partial;
    }

    private static bool TryTakeMonth(ref TextCursor cursor)
    {
        if (!Months.IsMonth(cursor.TakeLetters(Months.LettersMax))) return false;
        cursor.TryTake('.');
        return true;
    }

    private static void TryTakeOrdinal(ref TextCursor cursor)
    {
        if (!cursor.TryTake("st") && !cursor.TryTake("nd") && !cursor.TryTake("rd")) cursor.TryTake("th");
    }

    private static void TryTakeTimeBehind(ref TextCursor cursor)
    {
        var behind = cursor.Position;
        if (cursor.Peek() is 'T' or ' ')
        {
            cursor.Position++;
            if (TryTakeTime(ref cursor)) return;
        }

        cursor.Position = behind;
    }

    // 14:05, 14:05:59.123Z, 10:30 pm, 10am.
    private static bool TryTakeTime(ref TextCursor cursor)
    {
        var hour = cursor.TakeDigits(3);
        if (hour.Length is not (1 or 2) || CheckSums.Number(hour) > HourMax) return false;

        var hasMinutes = cursor.Peek() == ':' && TryTakeSixty(ref cursor);
        if (hasMinutes && cursor.Peek() == ':' && !TryTakeSixty(ref cursor)) return false;
        if (hasMinutes && cursor.Peek() == '.' && char.IsAsciiDigit(cursor.Peek(1)))
        {
            cursor.Position++;
            cursor.TakeDigits(9);
        }

        var behind = cursor.Position;
        cursor.TryTakeSpace();
        if ((cursor.TryTake("am") || cursor.TryTake("pm") || cursor.TryTake("a.m.") || cursor.TryTake("p.m."))
            && !Chars.IsWord(cursor.Peek()))
            return true;
        cursor.Position = behind;
        return hasMinutes && TryTakeZone(ref cursor);
    }

    private static bool TryTakeSixty(ref TextCursor cursor)
    {
        cursor.Position++;
        return cursor.TakeDigits(3) is [<= '5', _];
    }

    private static bool TryTakeZone(ref TextCursor cursor)
    {
        if (cursor.TryTake('Z')) return true;
        if (cursor.Peek() is '+' or '-' && char.IsAsciiDigit(cursor.Peek(1)))
        {
            cursor.Position++;
            cursor.TakeDigits(2);
            cursor.TryTake(':');
            cursor.TakeDigits(2);
        }

        return true;
    }

    private static bool IsYear(ReadOnlySpan<char> digits) => digits is ['1', '8' or '9', _, _] or ['2', '0' or '1', _, _];

    private static bool IsDay(ReadOnlySpan<char> digits) => digits.Length is 1 or 2 && CheckSums.Number(digits) is >= 1 and <= 31;

    private static bool IsDay(ReadOnlySpan<char> month, ReadOnlySpan<char> day) => NationalIds.IdDates.IsDay(month, day);
}
