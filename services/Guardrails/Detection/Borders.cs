namespace Millrace.Guardrails.Detection;

/// <summary>Whether a number or a code stands alone, or is a part of a longer one, a price, a path or an address.</summary>
internal static class Borders
{
    /// <summary>Most characters that are looked at behind a number.</summary>
    public const int CharsMax = 2;

    /// <summary>Whether a text starts with one letter, a separator and no digit: with "a word", where a number could be "A 123".</summary>
    public static bool IsWordAlone(ReadOnlySpan<char> text) =>
        text is [_, ' ' or '-', var third, ..] && !char.IsAsciiDigit(third) && !char.IsAsciiDigit(text[0]);

    /// <summary>Whether nothing before a position belongs to what starts there.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">The position.</param>
    /// <param name="isSpaced">Whether spaces divide the groups, so that a number before a space is another group.</param>
    public static bool IsFreeBefore(ReadOnlySpan<char> text, int start, bool isSpaced)
    {
        if (start == 0) return true;
        var (before, previous) = (text[start - 1], start > 1 ? text[start - 2] : '\0');
        if (before is '+' or '$' or '€' or '£' or '¥' or '@' or '_') return false;
        if (before is '.' or ',') return !char.IsAsciiDigit(previous);
        if (Chars.IsDash(before) || before is '/' or '\\') return !Chars.IsWord(previous);
        return !(isSpaced && Chars.IsSpace(before) && char.IsAsciiDigit(previous));
    }

    /// <summary>Whether nothing at the cursor belongs to what ends there.</summary>
    /// <param name="cursor">It stands behind the number, and reads up to <see cref="CharsMax"/> characters.</param>
    /// <param name="isSpaced">Whether spaces divide the groups.</param>
    public static bool IsFreeAfter(ref TextCursor cursor, bool isSpaced)
    {
        var after = cursor.Peek();
        if (Chars.IsWord(after) || after is '@') return false;
        if (after is '.' or ',' or ':') return !char.IsAsciiDigit(cursor.Peek(1));
        if (Chars.IsDash(after) || after is '/' or '\\') return !char.IsAsciiDigit(cursor.Peek(1));
        return !(isSpaced && Chars.IsSpace(after) && char.IsAsciiDigit(cursor.Peek(1)));
    }
}
