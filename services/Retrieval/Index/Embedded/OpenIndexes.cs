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
    private readonly Dictionary<IndexId, Slot> _slots = [];
    private long _clock;

    /// <summary>Uses an index.</summary>
    /// <param name="id">Which.</param>
    /// <param name="dimension">Length of the vectors, to create it where it is missing; 0 not to.</param>
    /// <param name="use">Uses it; null where there is none.</param>
    public T Use<T>(IndexId id, int dimension, Func<OpenIndex?, T> use)
    {
        var slot = Slots(id);
        var index = slot.Enter(() => open(id, dimension), Interlocked.Increment(ref _clock));
        try
        {
            return use(index);
        }
        finally
        {
            slot.Exit();
            CloseExcess();
        }
    }

    /// <summary>Closes an index as soon as nobody uses it, and runs <paramref name="closed"/> before anybody can open it again.</summary>
    public void Close(IndexId id, Action closed) => Slots(id).Close(closed);

    /// <inheritdoc/>
    public void Dispose()
    {
        List<Slot> slots;
        lock (_lock) slots = [.. _slots.Values];
        foreach (var slot in slots) slot.Close(static () => { });
    }

    private Slot Slots(IndexId id)
    {
        lock (_lock)
        {
            if (!_slots.TryGetValue(id, out var slot)) _slots.Add(id, slot = new Slot());
            return slot;
        }
    }

    // Closing writes to the disk: it is done outside the lock, so that only users of that index wait.
    private void CloseExcess()
    {
        List<Slot> opened;
        lock (_lock)
        {
            if (_slots.Count <= openMax) return;
            opened = [.. _slots.Values.Where(slot => slot.IsOpen).OrderBy(slot => slot.LastUse)];
        }

        foreach (var slot in opened.Take(opened.Count - openMax)) slot.TryClose();
    }

    /// <summary>A place for one index, which may be open. Its lock is held while the index is opened and closed.</summary>
    private sealed class Slot
    {
        private readonly object _gate = new();
        private volatile OpenIndex? _index;
        private int _users;
        private long _lastUse;

        public bool IsOpen => _index is not null;

        public long LastUse => Volatile.Read(ref _lastUse);

        public OpenIndex? Enter(Func<OpenIndex?> open, long now)
        {
            lock (_gate)
            {
                _index ??= open();
                _users++;
                Volatile.Write(ref _lastUse, now);
                return _index;
            }
        }

        public void Exit()
        {
            lock (_gate)
            {
                _users--;
                Monitor.PulseAll(_gate);
            }
        }

        public void TryClose()
        {
            lock (_gate)
            {
                if (_users == 0) CloseNow();
            }
        }

        public void Close(Action closed)
        {
            lock (_gate)
            {
                while (_users > 0) Monitor.Wait(_gate);
                CloseNow();
                closed();
            }
        }

        private void CloseNow()
        {
            _index?.Dispose();
            _index = null;
        }
    }
}
