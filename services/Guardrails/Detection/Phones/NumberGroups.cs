using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Millrace.Guardrails.Detection.Phones;

/// <summary>What stands before a group of digits.</summary>
internal enum GroupSeparator : byte
{
    /// <summary>Nothing, or a parenthesis alone.</summary>
    None,

    /// <summary>A space.</summary>
    Space,

    /// <summary>A hyphen or dash.</summary>
    Dash,

    /// <summary>A full stop.</summary>
    Dot,
}

/// <summary>One group of digits.</summary>
/// <param name="Digits">How many.</param>
/// <param name="Before">What stands before it.</param>
/// <param name="InParentheses">Whether it stands in parentheses.</param>
/// <param name="End">Offset behind it, its closing parenthesis included.</param>
internal readonly record struct NumberGroup(int Digits, GroupSeparator Before, bool InParentheses, int End);

/// <summary>A number as people write it: a plus sign or none, and groups of digits between single separators.</summary>
internal ref struct NumberGroups
{
    /// <summary>Most groups that are read.</summary>
    public const int GroupsMax = 8;

    /// <summary>Most digits that are read.</summary>
    public const int DigitsMax = 17;

    private const int ParenthesisedDigitsMax = 4;

    private GroupBuffer _groups;
    private DigitBuffer _digits;

    /// <summary>Whether a plus sign leads.</summary>
    public bool HasPlus { get; private set; }

    /// <summary>How many groups were read.</summary>
    public int Count { get; private set; }

    /// <summary>How many digits were read.</summary>
    public int DigitCount { get; private set; }

    /// <summary>The groups.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<NumberGroup> Groups => ((ReadOnlySpan<NumberGroup>)_groups)[..Count];

    /// <summary>The digits of all groups, as values from 0 to 9.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Digits => ((ReadOnlySpan<byte>)_digits)[..DigitCount];

    /// <summary>Reads as many groups as there are.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the number starts.</param>
    /// <param name="isEnd">Whether no more text follows.</param>
    /// <returns>False when more text is needed to know where the number ends.</returns>
    public bool Read(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        HasPlus = text[start] == '+';
        var position = HasPlus ? start + 1 : start;
        while (Count < GroupsMax)
        {
            var before = Count > 0 && position < text.Length ? SeparatorOf(text[position]) : GroupSeparator.None;
            if (before != GroupSeparator.None) position++;
            if (position == text.Length) return isEnd;

            var end = GroupEnd(text, position);
            if (end == text.Length && !isEnd) return false;
            if (!TryAdd(text[position..end], before, end)) return true;
            position = end;
        }

        return true;
    }

    private static int GroupEnd(ReadOnlySpan<char> text, int start)
    {
        var end = text[start] == '(' ? start + 1 : start;
        var limit = Math.Min(text.Length, end + DigitsMax + 1);
        while (end < limit && char.IsAsciiDigit(text[end])) end++;
        return text[start] == '(' && end < text.Length && text[end] == ')' ? end + 1 : end;
    }

    private bool TryAdd(ReadOnlySpan<char> group, GroupSeparator before, int end)
    {
        var isOpen = group is ['(', ..];
        if (isOpen && (group[^1] != ')' || group.Length > ParenthesisedDigitsMax + 2)) return false;

        var digits = isOpen ? group[1..^1] : group;
        if (digits.IsEmpty || DigitCount + digits.Length > DigitsMax) return false;
        foreach (var digit in digits) _digits[DigitCount++] = (byte)(digit - '0');
        _groups[Count++] = new NumberGroup(digits.Length, before, isOpen, end);
        return true;
    }

    private static GroupSeparator SeparatorOf(char c) =>
        Chars.IsSpace(c) ? GroupSeparator.Space
        : Chars.IsDash(c) ? GroupSeparator.Dash
        : c == '.' ? GroupSeparator.Dot
        : GroupSeparator.None;

    [InlineArray(GroupsMax)]
    private struct GroupBuffer
    {
        private NumberGroup _first;
    }

    [InlineArray(DigitsMax)]
    private struct DigitBuffer
    {
        private byte _first;
    }
}
