namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>Counts a term, which is a stem or several side by side, in the words of a chunk.</summary>
internal static class TermMatches
{
    /// <summary>The <see cref="TermCounts"/> of a term; 0 where it is not.</summary>
    /// <param name="words">The words of a chunk, as <see cref="WordSequences"/> has them.</param>
    /// <param name="term">Numbers of the stems, at least one.</param>
    public static ushort Count(ReadOnlySpan<int> words, ReadOnlySpan<int> term)
    {
        ushort counts = 0;
        for (var at = Next(words, term, 0); at >= 0; at = Next(words, term, at + 1)) counts = TermCounts.Add(counts, FieldAt(words, at));
        return counts;
    }

    /// <summary>The frequency by which a term counts, however often it is there.</summary>
    public static double Weigh(ReadOnlySpan<int> words, ReadOnlySpan<int> term, FieldWeights weights)
    {
        Span<int> counts = stackalloc int[WordSequences.Fields];
        counts.Clear();
        for (var at = Next(words, term, 0); at >= 0; at = Next(words, term, at + 1)) counts[FieldAt(words, at)]++;
        return weights.Weigh(counts[0], counts[1], counts[2]);
    }

    private static int Next(ReadOnlySpan<int> words, ReadOnlySpan<int> term, int from)
    {
        while (true)
        {
            var found = words[from..].IndexOf(term[0]);
            if (found < 0) return found;
            from += found;
            if (words[from..].StartsWith(term)) return from;
            from++;
        }
    }

    private static int FieldAt(ReadOnlySpan<int> words, int at) => words[..at].Count(WordSequences.FieldEnd);
}
