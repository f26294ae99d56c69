using System.Buffers;

namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>
/// Finds the chunks that have stems side by side in one field: those whose <see cref="Followers"/> of the first may have the second,
/// looked at in the order of their words. The arrays are lent, and live until it is disposed.
/// </summary>
/// <param name="tables">Where they are looked for.</param>
/// <param name="bm25">By what they score.</param>
/// <param name="cancellationToken">Stops it between two looks.</param>
internal sealed class PhraseReader(WordTables tables, Bm25 bm25, CancellationToken cancellationToken) : IDisposable
{
    private const int ChunksPerLook = 4096;

    // Where another stem is so many times rarer, looking up the first one for its chunks is faster than going through all of the first's.
    private const int MuchRarer = 8;

    private readonly List<(int[] Ordinals, ushort[] Counts)> _lent = [];

    /// <summary>The chunks of a phrase, or null when there are none.</summary>
    /// <param name="phrase">Numbers of its stems, at least two.</param>
    public TermCursor? Find(int[] phrase)
    {
        var rarest = phrase.MinBy(term => tables.Terms[term].Count);
        var candidates = (long)tables.Terms[rarest].Count * MuchRarer < tables.Terms[phrase[0]].Count
            ? Lookup(phrase, rarest)
            : Scan(phrase);
        return Check(WordUnits.Of(phrase), candidates);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (ordinals, counts) in _lent)
        {
            ArrayPool<int>.Shared.Return(ordinals);
            ArrayPool<ushort>.Shared.Return(counts);
        }

        _lent.Clear();
    }

    // The chunks of the first stem that may have the second behind it.
    private (int[] Ordinals, ushort[] Counts, int Count) Scan(int[] phrase)
    {
        ref readonly var first = ref tables.Terms[phrase[0]];
        var ordinals = first.Ordinals;
        var followers = first.Followers.AsSpan(0, first.Count);
        var (found, counts) = Lend(first.Count);
        var bit = Followers.BitOf(phrase[1]);
        var count = 0;
        for (var i = 0; i < followers.Length; i++)
            if ((followers[i] & bit) != 0) found[count++] = ordinals[i];
        return (found, counts, count);
    }

    // The chunks of the rarest stem in which the first may have the second behind it.
    private (int[] Ordinals, ushort[] Counts, int Count) Lookup(int[] phrase, int rarest)
    {
        ref readonly var list = ref tables.Terms[rarest];
        ref readonly var first = ref tables.Terms[phrase[0]];
        var cursor = new TermCursor([], first.Ordinals, first.Counts, first.Count);
        var (found, counts) = Lend(list.Count);
        var bit = Followers.BitOf(phrase[1]);
        var count = 0;
        foreach (var ordinal in list.Ordinals.AsSpan(0, list.Count))
            if (cursor.TrySeek(ordinal) && (first.Followers[cursor.At] & bit) != 0) found[count++] = ordinal;
        return (found, counts, count);
    }

    private TermCursor? Check(ushort[] phrase, (int[] Ordinals, ushort[] Counts, int Count) candidates)
    {
        var (ordinals, found, candidateCount) = candidates;
        var (count, shareMax) = (0, 0d);
        for (var i = 0; i < candidateCount; i++)
        {
            if (i % ChunksPerLook == 0) cancellationToken.ThrowIfCancellationRequested();
            var ordinal = ordinals[i];
            var counts = TermMatches.Count(tables.WordsOf(ordinal), phrase);
            if (counts == 0 || tables.Chunks.IsRemoved(ordinal)) continue;
            (ordinals[count], found[count]) = (ordinal, counts);
            count++;
            shareMax = Math.Max(shareMax, bm25.Share(tables.Frequency(counts, ordinal, phrase), tables.Chunks.Lengths[ordinal]));
        }

        if (count == 0) return null;
        var weight = Bm25.Rarity(count, tables.Chunks.Count);
        return new TermCursor(phrase, ordinals, found, count) { Weight = weight, ScoreMax = weight * shareMax };
    }

    private (int[] Ordinals, ushort[] Counts) Lend(int count)
    {
        var lent = (ArrayPool<int>.Shared.Rent(count), ArrayPool<ushort>.Shared.Rent(count));
        _lent.Add(lent);
        return lent;
    }
}
