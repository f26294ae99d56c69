namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>Counts a term, which is a stem or several side by side, in the words of a chunk.</summary>
internal static class TermMatches
{
    /// <summary>The <see cref="TermCounts"/> of a term; 0 where it is not.</summary>
    /// <param name="words">The words of a chunk.</param>
    /// <param name="term">The term's <see cref="WordUnits"/>, at least one.</param>
    public static ushort Count(ReadOnlySpan<ushort> words, ReadOnlySpan<ushort> term)
    {
        if (words.IndexOf(term) < 0) return 0;
        Span<int> counts = stackalloc int[WordUnits.Fields];
        CountEach(words, term, counts);
        return TermCounts.Of(counts[0], counts[1], counts[2]);
    }

    /// <summary>The frequency by which a term counts, however often it is there.</summary>
    public static double Weigh(ReadOnlySpan<ushort> words, ReadOnlySpan<ushort> term, FieldWeights weights)
    {
        Span<int> counts = stackalloc int[WordUnits.Fields];
        CountEach(words, term, counts);
        return weights.Weigh(counts[0], counts[1], counts[2]);
    }

    private static void CountEach(ReadOnlySpan<ushort> words, ReadOnlySpan<ushort> term, Span<int> counts)
    {
        for (var field = 0; field < counts.Length; field++)
        {
            var end = words.IndexOf(WordUnits.FieldEnd);
            counts[field] = CountIn(end < 0 ? words : words[..end], term);
            words = words[(end + 1)..];
        }
    }

    private static int CountIn(ReadOnlySpan<ushort> field, ReadOnlySpan<ushort> term)
    {
        var count = 0;
        for (var at = field.IndexOf(term); at >= 0; at = field.IndexOf(term))
        {
            count++;
            field = field[(at + 1)..];
        }

        return count;
    }
}
