using System.Buffers;

namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>
/// Finds the chunks that have stems side by side in one field: those that have each of them, looked at in their order. The arrays are
/// lent, and live until it is disposed.
/// </summary>
/// <param name="tables">Where they are looked for.</param>
/// <param name="bm25">By what they score.</param>
/// <param name="cancellationToken">Stops it between two looks.</param>
internal sealed class PhraseReader(WordTables tables, Bm25 bm25, CancellationToken cancellationToken) : IDisposable
{
    private const int ChunksPerLook = 4096;

    private readonly List<(int[] Ordinals, ushort[] Counts)> _lent = [];

    /// <summary>The chunks of a phrase, or null when there are none.</summary>
    /// <param name="phrase">Numbers of its stems, at least two.</param>
    public TermCursor? Find(int[] phrase)
    {
        var stems = phrase.Distinct().Select(CursorOf).OrderBy(cursor => cursor.Count).ToArray();
        var rarest = stems[0];
        var found = Lend(rarest.Count);
        var (count, looked, shareMax) = (0, 0, 0d);
        for (var ordinal = rarest.Ordinal; ordinal != int.MaxValue; ordinal = Next(rarest, ordinal))
        {
            if (looked++ % ChunksPerLook == 0) cancellationToken.ThrowIfCancellationRequested();
            if (!AllAt(stems.AsSpan(1), ordinal) || tables.Chunks.IsRemoved(ordinal)) continue;
            var counts = TermMatches.Count(tables.WordsOf(ordinal), phrase);
            if (counts == 0) continue;
            (found.Ordinals[count], found.Counts[count]) = (ordinal, counts);
            count++;
            shareMax = Math.Max(shareMax, bm25.Share(tables.Frequency(counts, ordinal, phrase), tables.Chunks.Lengths[ordinal]));
        }

        if (count == 0) return null;
        var weight = Bm25.Rarity(count, tables.Chunks.Count);
        return new TermCursor(phrase, found.Ordinals, found.Counts, count) { Weight = weight, ScoreMax = weight * shareMax };
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

    private static int Next(TermCursor cursor, int ordinal)
    {
        cursor.TrySeek(ordinal + 1);
        return cursor.Ordinal;
    }

    private static bool AllAt(ReadOnlySpan<TermCursor> cursors, int ordinal)
    {
        foreach (var cursor in cursors)
            if (!cursor.TrySeek(ordinal)) return false;
        return true;
    }

    private TermCursor CursorOf(int number)
    {
        ref readonly var list = ref tables.Terms[number];
        return new TermCursor([number], list.Ordinals, list.Counts, list.Count);
    }

    private (int[] Ordinals, ushort[] Counts) Lend(int count)
    {
        var lent = (ArrayPool<int>.Shared.Rent(count), ArrayPool<ushort>.Shared.Rent(count));
        _lent.Add(lent);
        return lent;
    }
}
