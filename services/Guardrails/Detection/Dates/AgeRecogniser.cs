using System.Collections.Frozen;

namespace Millrace.Guardrails.Detection.Dates;

/// <summary>How old somebody is: the number alone, before "years old" and the like, behind "aged", or behind "I am" where no unit
/// follows.</summary>
internal sealed class AgeRecogniser : Recogniser
{
    private const int AgeMax = 125;
    private const int BehindCharsMax = 16;
    private const float StrongScore = 0.9f;
    private const float WeakScore = 0.6f;

    private static readonly string[] Units =
        ["years old", "year old", "year-old", "years-old", "yrs old", "yr old", "y/o", "y.o", "yo", "years of age", "yr-old"];

    private static readonly ContextWords Strong = new(
        "age", "aged", "ages", "age of", "age is", "age was", "ages of", "years of age", "edad", "âge", "alter", "età");

    private static readonly ContextWords Weak = new(
        "i am", "i'm", "i’m", "he is", "he's", "she is", "she's", "turned", "turns", "turn", "turning", "he was", "she was", "i was",
        "when i was",
        "they were", "he turned", "she turned", "is now", "only", "i'll be", "will be", "am almost", "am nearly");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Followers =
        "and now today next this when but tomorrow already yesterday or last".Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase)
            .GetAlternateLookup<ReadOnlySpan<char>>();

    public override string Rule => "entity.age";

    public override int CharsMax => 3 + BehindCharsMax;

    public override bool CanStart(char first) => char.IsAsciiDigit(first);

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var cursor = new TextCursor(text, start, isEnd);
        var digits = cursor.TakeDigits(4);
        var length = digits.Length;
        if (length > 3 || digits[0] == '0' || CheckSums.Number(digits) > AgeMax || !Borders.IsFreeBefore(text, start, isSpaced: false))
            return cursor.Nothing;

        if (IsUnitNext(ref cursor)) return cursor.Answer(length, StrongScore);
        if (!Borders.IsFreeAfter(ref cursor, isSpaced: false)) return cursor.Nothing;
        if (Strong.Touch(text, start)) return cursor.Answer(cursor.Peek() == '%' ? 0 : length, StrongScore);
        return Weak.Touch(text, start) && IsClauseOver(ref cursor) ? cursor.Answer(length, WeakScore) : cursor.Nothing;
    }

    private static bool IsUnitNext(ref TextCursor cursor)
    {
        var behind = cursor.Position;
        if (Chars.IsSpace(cursor.Peek()) || Chars.IsDash(cursor.Peek())) cursor.Position++;
        foreach (var unit in Units)
            if (cursor.TryTake(unit) && !Chars.IsWord(cursor.Peek())) return true;
        cursor.Position = behind;
        return false;
    }

    // What could be counted would follow the number.
    private static bool IsClauseOver(ref TextCursor cursor)
    {
        if (cursor.Peek() is '\0' or '.' or ',' or ';' or '!' or '?' or ')' or '\n' or '\r') return true;
        return cursor.TryTakeSpace() && Followers.Contains(cursor.TakeLetters(BehindCharsMax - 4));
    }
}
