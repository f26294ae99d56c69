namespace Millrace.Guardrails.Detection.Phones;

/// <summary>The ways in which telephone numbers are written.</summary>
internal static class PhoneFormats
{
    private const int InternationalDigitsMin = 8;
    private const int InternationalDigitsMax = 15;
    private const int NorthAmericanDigits = 10;
    private const int LocalDigitsMin = 7;
    private const int LocalDigitsMax = 12;

    /// <summary>Confidence in [0, 1] that groups are a telephone number by their form alone; 0 when they are not.</summary>
    public static float Score(bool hasPlus, ReadOnlySpan<byte> digits, ReadOnlySpan<NumberGroup> groups)
    {
        if (hasPlus) return IsInternational(digits) ? 0.9f : 0;
        if (digits is [0, 0, > 0, ..]) return groups.Length > 1 && IsInternational(digits[2..]) ? 0.8f : 0;
        if (IsNorthAmerican(digits, groups)) return 0.75f;
        return IsNational(digits, groups) || IsParenthesised(digits, groups) ? 0.6f : 0;
    }

    /// <summary>Whether groups may be a number within a town or a network, which only the words before it tell from any other.</summary>
    public static bool IsLocal(ReadOnlySpan<byte> digits, ReadOnlySpan<NumberGroup> groups) =>
        digits.Length is >= LocalDigitsMin and <= LocalDigitsMax && HasGroupsOf(2, groups) && !IsDate(digits, groups);

    private static bool IsInternational(ReadOnlySpan<byte> digits) =>
        digits.Length is >= InternationalDigitsMin and <= InternationalDigitsMax
        && digits[0] != 0
        && (digits[0] != 1 || digits.Length == NorthAmericanDigits + 1);

    // 415-555-2671, (415) 555 2671, 1-415-555-2671, 4155552671; spaces and plain digits only where area (and exchange) can exist.
    private static bool IsNorthAmerican(ReadOnlySpan<byte> digits, ReadOnlySpan<NumberGroup> groups)
    {
        var national = groups[0].Digits == 1 && digits[0] == 1 ? 1 : 0;
        if (digits.Length != NorthAmericanDigits + national) return false;
        if (!CutsOnlyAt(groups, national) || (groups[^1] is { Digits: 7, Before: GroupSeparator.Dot })) return false;

        var (area, exchange) = (digits[national], digits[national + 3]);
        if (groups.Length - national == 1) return area > 1;
        return !IsSeparatedBy(GroupSeparator.Space, groups) || groups[0].InParentheses || (area > 1 && exchange > 1);
    }

    private static bool CutsOnlyAt(ReadOnlySpan<NumberGroup> groups, int national)
    {
        var at = 0;
        foreach (var group in groups[..^1])
        {
            at += group.Digits;
            if (at != national && at != national + 3 && at != national + 6) return false;
        }

        return groups[^1].Digits != 4 || groups.Length - national != 2;
    }

    // A trunk zero and groups between equal separators: 07700 063 966, 03.93.92.16.85, 0961-7596216.
    private static bool IsNational(ReadOnlySpan<byte> digits, ReadOnlySpan<NumberGroup> groups) =>
        digits is [0, > 0, ..]
        && digits.Length is >= 9 and <= 12
        && groups.Length is >= 2 and <= 5
        && HasGroupsOf(2, groups)
        && IsSeparatedBy(groups[1].Before, groups)
        && !IsDate(digits, groups)
        && !IsOfPerson(groups);

    // 054-28-6917, 071212-1234: numbers of people that have the same look.
    private static bool IsOfPerson(ReadOnlySpan<NumberGroup> groups) =>
        groups is [{ Digits: 3 }, { Digits: 2 }, { Digits: 4 }] or [{ Digits: 6 }, { Digits: 4, Before: GroupSeparator.Dash }];

    // An area in parentheses first: (08) 8747 6301, (37) 788-063.
    private static bool IsParenthesised(ReadOnlySpan<byte> digits, ReadOnlySpan<NumberGroup> groups) =>
        groups.Length > 1 && groups[0] is { InParentheses: true, Digits: > 1 } && digits.Length is >= 8 and <= 11 && HasGroupsOf(2, groups);

    // 2015-12-22, 22.12.2015 and what follows them.
    private static bool IsDate(ReadOnlySpan<byte> digits, ReadOnlySpan<NumberGroup> groups) =>
        groups is [{ Digits: 4 }, { Digits: 2 }, { Digits: 2 }, ..] ? IsYear(digits)
        : groups is [{ Digits: 2 }, { Digits: 2 }, { Digits: 4 }, ..] && IsYear(digits[4..]);

    private static bool IsYear(ReadOnlySpan<byte> digits) => digits is [1, 9, ..] or [2, 0, ..];

    private static bool HasGroupsOf(int digitsMin, ReadOnlySpan<NumberGroup> groups)
    {
        foreach (var group in groups)
            if (group.Digits < digitsMin) return false;
        return true;
    }

    private static bool IsSeparatedBy(GroupSeparator separator, ReadOnlySpan<NumberGroup> groups)
    {
        foreach (var group in groups[1..])
            if (group.Before != separator) return false;
        return true;
    }
}
