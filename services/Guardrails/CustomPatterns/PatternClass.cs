namespace Millrace.Guardrails.CustomPatterns;

/// <summary>What stands in square brackets.</summary>
internal static class PatternClass
{
    /// <summary>Reads on behind an opening bracket, to the closing one.</summary>
    /// <exception cref="PatternException">It is no class.</exception>
    public static CharSet Read(string pattern, ref int position, bool ignoreCase)
    {
        var start = position;
        var isNegated = position < pattern.Length && pattern[position] == '^';
        if (isNegated) position++;

        List<CharSet> sets = [];
        while (position < pattern.Length && pattern[position] != ']') sets.Add(Item(pattern, ref position));
        if (position == pattern.Length) throw new PatternException(start - 1, "the class is not closed. Add ']', or write \\[.");
        if (sets.Count == 0) throw new PatternException(start - 1, "the class is empty. Write \\] for a bracket in it.");

        position++;
        var all = CharSet.Union(sets);
        if (ignoreCase) all = all.WithBothCases();
        return isNegated ? all.Negated() : all;
    }

    private static CharSet Item(string pattern, ref int position)
    {
        var start = position;
        var first = One(pattern, ref position);
        if (position + 1 >= pattern.Length || pattern[position] != '-' || pattern[position + 1] == ']') return first;

        position++;
        var last = One(pattern, ref position);
        if (IsOne(first) && IsOne(last) && first.Ranges[0].First <= last.Ranges[0].First)
            return CharSet.Of(first.Ranges[0].First, last.Ranges[0].First);
        throw new PatternException(start, "a range goes from one character to a later one. Write \\- for a hyphen.");
    }

    private static CharSet One(string pattern, ref int position)
    {
        var c = pattern[position++];
        return c switch
        {
            '\\' => PatternEscape.Read(pattern, ref position),
            '[' => throw new PatternException(position - 1, "classes in classes are not supported. Write \\[ for the character."),
            _ => CharSet.Of(c),
        };
    }

    private static bool IsOne(CharSet set) => set.Ranges is [var only] && only.First == only.Last;
}
