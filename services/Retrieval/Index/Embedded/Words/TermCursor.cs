namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>Walks through the chunks of one term of a search, forwards only.</summary>
/// <param name="units">The term's <see cref="WordUnits"/>.</param>
/// <param name="ordinals">The chunks by rising ordinal, and maybe more behind them.</param>
/// <param name="counts">The <see cref="TermCounts"/> of each.</param>
/// <param name="count">How many.</param>
internal sealed class TermCursor(ushort[] units, int[] ordinals, ushort[] counts, int count)
{
    private int _at;

    /// <summary>The term's <see cref="WordUnits"/>.</summary>
    public ReadOnlySpan<ushort> Units => units;

    /// <summary>Chunks before the one it stands at.</summary>
    public int At => _at;

    /// <summary>What the term counts: how rare it is, as often as it is asked for.</summary>
    public double Weight { get; set; }

    /// <summary>The most that it adds to any chunk's score.</summary>
    public double ScoreMax { get; set; }

    /// <summary>The ordinal it stands at; <see cref="int.MaxValue"/> behind the last.</summary>
    public int Ordinal => _at < count ? ordinals[_at] : int.MaxValue;

    /// <summary>The <see cref="TermCounts"/> where it stands.</summary>
    public ushort Counts => counts[_at];

    /// <summary>The chunks from where it stands up to an ordinal that is not among them; it then stands there.</summary>
    /// <param name="ordinal">The ordinal.</param>
    /// <param name="itsCounts">The <see cref="TermCounts"/> of each.</param>
    public ReadOnlySpan<int> TakeUntil(int ordinal, out ReadOnlySpan<ushort> itsCounts)
    {
        var from = _at;
        TrySeek(ordinal);
        itsCounts = counts.AsSpan(from, _at - from);
        return ordinals.AsSpan(from, _at - from);
    }

    /// <summary>Goes to an ordinal, or to the next above it; never back.</summary>
    /// <returns>Whether the term is in that chunk.</returns>
    public bool TrySeek(int ordinal)
    {
        if (Ordinal >= ordinal) return Ordinal == ordinal;
        var step = 1;
        while (_at + step < count && ordinals[_at + step] < ordinal) step *= 2;
        var first = _at + (step / 2) + 1;
        var found = ordinals.AsSpan(first, Math.Min(_at + step + 1, count) - first).BinarySearch(ordinal);
        _at = first + (found < 0 ? ~found : found);
        return found >= 0;
    }
}
