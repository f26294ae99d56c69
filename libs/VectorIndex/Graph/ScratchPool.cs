namespace Millrace.VectorIndex.Graph;

/// <summary>
/// Scratches to use again, and the epochs by which memory is: a slot that was retired in an epoch is free when every walk that began before
/// it has ended. At most <see cref="KeptMax"/> are kept; more walks at once than that make their own.
/// </summary>
/// <param name="layout">Of the graph.</param>
internal sealed class ScratchPool(NodeLayout layout)
{
    private static readonly int KeptMax = Math.Max(8, Environment.ProcessorCount * 2);

    private readonly Lock _lock = new();
    private readonly Stack<Scratch> _idle = new();
    private readonly HashSet<Scratch> _busy = [];
    private long _epoch = 1;
    private bool _closed;

    /// <summary>A new epoch, for what is retired now.</summary>
    public long NextEpoch() => Interlocked.Increment(ref _epoch);

    /// <summary>Lets no walk begin any more.</summary>
    public void Close()
    {
        lock (_lock) _closed = true;
    }

    /// <summary>Takes a scratch for the current epoch.</summary>
    /// <exception cref="ObjectDisposedException">The pool is closed.</exception>
    public Scratch Take()
    {
        Scratch? scratch;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(VectorIndex));
            if (!_idle.TryPop(out scratch)) scratch = new Scratch(layout);
            _busy.Add(scratch);
            scratch.Epoch = Interlocked.Read(ref _epoch);
        }

        scratch.Compared = 0;
        return scratch;
    }

    /// <summary>Gives a scratch back.</summary>
    public void Give(Scratch scratch)
    {
        lock (_lock)
        {
            _busy.Remove(scratch);
            if (_idle.Count < KeptMax) _idle.Push(scratch);
        }
    }

    /// <summary>Whether every walk that is going on began in this epoch or later.</summary>
    public bool HasPassed(long epoch)
    {
        lock (_lock)
        {
            foreach (var scratch in _busy)
                if (scratch.Epoch < epoch) return false;
            return true;
        }
    }
}
