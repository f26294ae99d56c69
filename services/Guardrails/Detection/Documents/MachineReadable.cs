namespace Millrace.Guardrails.Detection.Documents;

/// <summary>
/// The lines of passports that machines read, 44 characters of capitals, digits and <c>&lt;</c> each: names behind <c>P</c> and a state,
/// and number, state, birth, sex and expiry with their check digits (ICAO 9303).
/// </summary>
internal static class MachineReadable
{
    /// <summary>A line, and the character behind it.</summary>
    public const int CharsMax = LineChars + 1;

    private const int LineChars = 44;
    private const float NamesScore = 0.9f;
    private const float NumbersScore = 1.0f;

    /// <summary>The line that starts at a position, or nothing.</summary>
    public static Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var cursor = new TextCursor(text, start, isEnd);
        if (!IsOfLine(cursor.Peek()) || !IsOfLine(cursor.Peek(1))) return cursor.Nothing;
        var line = cursor.TakeWhile(IsOfLine, LineChars);
        if (line.Length < LineChars || IsOfLine(cursor.Peek())) return cursor.Nothing;

        var isNames = line[0] == 'P' && line.Count('<') > 3 && line[5..].Contains("<<", StringComparison.Ordinal)
            && !line.ContainsAnyInRange('0', '9');
        return cursor.Answer(isNames || IsNumbers(line) ? LineChars : 0, isNames ? NamesScore : NumbersScore);
    }

    private static bool IsNumbers(ReadOnlySpan<char> line) =>
        IsRight(line[..9], line[9]) && IsRight(line[13..19], line[19]) && IsRight(line[21..27], line[27])
            && line[20] is 'M' or 'F' or '<' or 'X';

    // Characters count 7, 3, 1 times their value in turn; a filler counts nothing.
    private static bool IsRight(ReadOnlySpan<char> field, char check)
    {
        var sum = 0;
        for (var i = 0; i < field.Length; i++)
            sum += (field[i] == '<' ? 0 : CheckSums.ValueOf(field[i])) * (i % 3) switch { 0 => 7, 1 => 3, _ => 1 };
        return sum % 10 == (check == '<' ? 0 : check - '0');
    }

    private static bool IsOfLine(char c) => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '<';
}
