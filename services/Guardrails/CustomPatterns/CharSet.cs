using System.Globalization;

namespace Millrace.Guardrails.CustomPatterns;

/// <summary>A set of UTF-16 code units, as ranges in order that neither touch nor overlap. Immutable.</summary>
internal sealed class CharSet
{
    private CharSet(IReadOnlyList<CharRange> ranges) => Ranges = ranges;

    /// <summary>Every character but a line's end: <c>.</c></summary>
    public static CharSet Any { get; } = Of('\n').Negated();

    /// <summary>ASCII digits, which texts have after their normalisation: <c>\d</c></summary>
    public static CharSet Digits { get; } = Of('0', '9');

    /// <summary>Letters, digits, marks and connectors such as the underscore: <c>\w</c></summary>
    public static CharSet Words { get; } = Where(IsWord);

    /// <summary>White space: <c>\s</c></summary>
    public static CharSet Spaces { get; } = Where(char.IsWhiteSpace);

    /// <summary>The ranges.</summary>
    public IReadOnlyList<CharRange> Ranges { get; }

    /// <summary>Whether nothing is in it.</summary>
    public bool IsEmpty => Ranges.Count == 0;

    /// <summary>One character.</summary>
    public static CharSet Of(char c) => Of(c, c);

    /// <summary>Characters from one to another.</summary>
    public static CharSet Of(char first, char last) => new([new CharRange(first, last)]);

    /// <summary>All of several sets.</summary>
    public static CharSet Union(IEnumerable<CharSet> sets)
    {
        List<CharRange> merged = [];
        foreach (var range in sets.SelectMany(set => set.Ranges).OrderBy(range => range.First))
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1)
                merged[^1] = merged[^1] with { Last = (char)Math.Max(merged[^1].Last, range.Last) };
            else merged.Add(range);
        }

        return new CharSet(merged);
    }

    /// <summary>Everything else.</summary>
    public CharSet Negated()
    {
        List<CharRange> others = [];
        var next = 0;
        foreach (var range in Ranges)
        {
            if (range.First > next) others.Add(new CharRange((char)next, (char)(range.First - 1)));
            next = range.Last + 1;
        }

        if (next <= char.MaxValue) others.Add(new CharRange((char)next, char.MaxValue));
        return new CharSet(others);
    }

    /// <summary>The same with both cases of each letter.</summary>
    public CharSet WithBothCases() => Union(Ranges.SelectMany(range => range.Characters)
        .SelectMany(c => (CharSet[])[Of(char.ToLowerInvariant(c)), Of(char.ToUpperInvariant(c))])
        .Append(this));

    /// <summary>Whether a character is in it.</summary>
    public bool Contains(char c)
    {
        var (low, high) = (0, Ranges.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (c < Ranges[middle].First) high = middle - 1;
            else if (c > Ranges[middle].Last) low = middle + 1;
            else return true;
        }

        return false;
    }

    private static CharSet Where(Func<char, bool> includes)
    {
        List<CharRange> ranges = [];
        for (var code = 0; code <= char.MaxValue; code++)
        {
            if (!includes((char)code)) continue;
            if (ranges.Count > 0 && ranges[^1].Last == code - 1) ranges[^1] = ranges[^1] with { Last = (char)code };
            else ranges.Add(new CharRange((char)code, (char)code));
        }

        return new CharSet(ranges);
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c)
        || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.ConnectorPunctuation;
}

/// <summary>Characters from one to another, both included.</summary>
internal readonly record struct CharRange(char First, char Last)
{
    /// <summary>Each of them.</summary>
    public IEnumerable<char> Characters => Enumerable.Range(First, Last - First + 1).Select(code => (char)code);
}
