namespace Millrace.Retrieval.Index.Embedded;

/// <summary>
/// The indexes that are open. Each is opened when it is first used; beyond the limit, the one that was not used for longest is closed. One
/// in use is never closed.
/// </summary>
/// <param name="openMax">Most indexes that are open and not in use.</param>
/// <param name="open">Opens an index, and creates it when the dimension is above 0; null where there is none.</param>
internal sealed class OpenIndexes(int openMax, Func<IndexId, int, OpenIndex?> open) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IndexId, IndexSlot> _slots = [];
    private long _clock;

    /// <summary>Uses an index.</summary>
    /// <param name="id">Which.</param>
    /// <param name="dimension">Length of the vectors, to create it where it is missing; 0 not to.</param>
    /// <param name="use">Uses it; null where there is none.</param>
    public T Use<T>(IndexId id, int dimension, Func<OpenIndex?, T> use)
    {
        var slot = Enter(id, dimension, out var index);
        try
        {
            return use(index);
        }
        finally
        {
            if (slot.Exit()) Remove(id, slot);
            CloseExcess();
        }
    }

    /// <summary>Closes an index as soon as nobody uses it, and runs <paramref name="closed"/> before anybody can open it again.</summary>
    public void Close(IndexId id, Action closed) => WithSlot(id, slot => slot.TryClose(_ => true, closed));

    /// <summary>Closes an index that was found damaged, unless another that was opened since has its place.</summary>
    /// <param name="id">Which.</param>
    /// <param name="damaged">The index; null for one that could not even be opened.</param>
    /// <param name="closed">Runs before anybody can open it again.</param>
    public void Discard(IndexId id, OpenIndex? damaged, Action closed) =>
        WithSlot(id, slot => slot.TryClose(now => now is null || ReferenceEquals(now, damaged), closed));

    /// <inheritdoc/>
    public void Dispose()
    {
        List<IndexId> ids;
        lock (_lock) ids = [.. _slots.Keys];
        foreach (var id in ids) Close(id, static () => { });
    }

    private IndexSlot Enter(IndexId id, int dimension, out OpenIndex? index)
    {
        OpenIndex? entered = null;
        var slot = WithSlot(id, slot => slot.TryEnter(() => open(id, dimension), Interlocked.Increment(ref _clock), out entered));
        index = entered;
        return slot;
    }

    // A slot that is given up takes nobody in any more, and another takes its place.
    private IndexSlot WithSlot(IndexId id, Func<IndexSlot, bool> tryUse)
    {
        while (true)
        {
            var slot = SlotOf(id);
            var isUsed = tryUse(slot);
            if (slot.IsGivenUp) Remove(id, slot);
            if (isUsed) return slot;
        }
    }

    private IndexSlot SlotOf(IndexId id)
    {
        lock (_lock)
        {
            if (!_slots.TryGetValue(id, out var slot)) _slots.Add(id, slot = new IndexSlot());
            return slot;
        }
    }

    private void Remove(IndexId id, IndexSlot slot)
    {
        lock (_lock)
        {
            if (_slots.TryGetValue(id, out var current) && ReferenceEquals(current, slot)) _slots.Remove(id);
        }
    }

    // Closing writes to the disk: it is done outside the lock, so that only users of that index wait.
    private void CloseExcess()
    {
        List<KeyValuePair<IndexId, IndexSlot>> opened;
        lock (_lock)
        {
            if (_slots.Count <= openMax) return;
            opened = [.. _slots.Where(slot => slot.Value.IsOpen).OrderBy(slot => slot.Value.LastUse)];
        }

        foreach (var (id, slot) in opened.Take(opened.Count - openMax))
            if (slot.CloseIfUnused()) Remove(id, slot);
    }
}
