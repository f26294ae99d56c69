namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>Counts a term, which is a stem or several side by side, in the words of a chunk.</summary>
internal static class TermMatches
{
    /// <summary>The <see cref="TermCounts"/> of a term; 0 where it is not.</summary>
    /// <param name="words">The words of a chunk.</param>
    /// <param name="term">The term's <see cref="WordUnits"/>, at least one.</param>
    public static ushort Count(ReadOnlySpan<ushort> words, ReadOnlySpan<ushort> term)
    {
        ushort counts = 0;
        for (var at = Next(words, term, 0); at >= 0; at = Next(words, term, at + 1)) counts = TermCounts.Add(counts, FieldAt(words, at));
        return counts;
    }

    /// <summary>The frequency by which a term counts, however often it is there.</summary>
    public static double Weigh(ReadOnlySpan<ushort> words, ReadOnlySpan<ushort> term, FieldWeights weights)
    {
        Span<int> counts = stackalloc int[WordUnits.Fields];
        counts.Clear();
        for (var at = Next(words, term, 0); at >= 0; at = Next(words, term, at + 1)) counts[FieldAt(words, at)]++;
        return weights.Weigh(counts[0], counts[1], counts[2]);
    }

    private static int Next(ReadOnlySpan<ushort> words, ReadOnlySpan<ushort> term, int from)
    {
        var found = words[from..].IndexOf(term);
        return found < 0 ? found : from + found;
    }

    private static int FieldAt(ReadOnlySpan<ushort> words, int at) => words[..at].Count(WordUnits.FieldEnd);
}
