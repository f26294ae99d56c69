using System.Collections.Frozen;

namespace Millrace.Guardrails.Detection.Dates;

/// <summary>Names of months and of days of the week.</summary>
internal static class Months
{
    /// <summary>Most letters of a name.</summary>
    public const int LettersMax = 10;

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Names = Set(
        "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept "
            + "oct nov dec");

    // These are words as well when they are not capitals.
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Words = Set("may march mar jan dec");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Weekdays = Set(
        "monday tuesday wednesday thursday friday saturday sunday");

    /// <summary>Whether letters are a month, in full or shortened.</summary>
    public static bool IsMonth(ReadOnlySpan<char> letters) =>
        Names.Contains(letters) && (char.IsAsciiLetterUpper(letters[0]) || !Words.Contains(letters));

    /// <summary>Whether letters are a day of the week.</summary>
    public static bool IsWeekday(ReadOnlySpan<char> letters) => Weekdays.Contains(letters);

    private static FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Set(string words) =>
        words.Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
}
