using Millrace.ServiceDefaults.Errors;

namespace Millrace.Upstreams;

/// <summary>
/// Bounds the requests that run at an upstream. Those beyond wait in a bounded line in which keys take turns, so that one tenant's many
/// requests do not keep another's only one waiting; interactive requests go before all others. Thread-safe.
/// </summary>
internal sealed class ConcurrencyGate(string upstream, int concurrencyMax, int queueDepthMax, TimeProvider time)
{
    private const double Smoothing = 0.2;

    private readonly Lock _lock = new();
    private readonly TurnLine _interactive = new();
    private readonly TurnLine _batch = new();
    private int _running;
    private double _meanSeconds = 1;

    /// <summary>Requests that run.</summary>
    public int Running
    {
        get
        {
            lock (_lock) return _running;
        }
    }

    /// <summary>Requests that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock) return _interactive.Count + _batch.Count;
        }
    }

    /// <summary>Waits for a place; the result is disposed to give it back.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.QueueFull"/>.</exception>
    public ValueTask<IDisposable> EnterAsync(string key, bool isBatch, CancellationToken cancellationToken)
    {
        var line = isBatch ? _batch : _interactive;
        Waiter waiter;
        lock (_lock)
        {
            if (_running < concurrencyMax)
            {
                _running++;
                return new ValueTask<IDisposable>(new Place(this));
            }

            if (_interactive.Count + _batch.Count >= queueDepthMax) throw Full();
            line.Add(waiter = new Waiter(key));
        }

        return new ValueTask<IDisposable>(WaitAsync(line, waiter, cancellationToken));
    }

    private async Task<IDisposable> WaitAsync(TurnLine line, Waiter waiter, CancellationToken cancellationToken)
    {
        await using var cancel = cancellationToken.Register(() => Withdraw(line, waiter, cancellationToken));
        await waiter.Granted.Task;
        return new Place(this);
    }

    private void Withdraw(TurnLine line, Waiter waiter, CancellationToken cancellationToken)
    {
        // One that is no longer in the line has its place already, and notices the cancellation when it uses it.
        lock (_lock)
            if (!line.Remove(waiter))
                return;
        waiter.Granted.TrySetCanceled(cancellationToken);
    }

    private void Leave(TimeSpan after)
    {
        lock (_lock)
        {
            _meanSeconds += Smoothing * (after.TotalSeconds - _meanSeconds);
            var next = _interactive.Take() ?? _batch.Take();
            if (next is null) _running--;
            else next.Granted.SetResult();
        }
    }

    private MillraceException Full() => new(
        Reason.QueueFull,
        $"As many requests wait for the upstream '{upstream}' as may ({queueDepthMax}), and {concurrencyMax} run. "
        + "Try again after the time given, or raise its ConcurrencyMax or QueueDepthMax.")
    {
        RetryAfter = TimeSpan.FromSeconds(Math.Clamp(_meanSeconds * Math.Max(1, queueDepthMax / 4) / concurrencyMax, 1, 60)),
    };

    private sealed class Place(ConcurrencyGate gate) : IDisposable
    {
        private readonly long _since = gate.Now;
        private ConcurrencyGate? _gate = gate;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _gate, null) is { } left) left.Leave(left.ElapsedSince(_since));
        }
    }

    private long Now => time.GetTimestamp();

    private TimeSpan ElapsedSince(long start) => time.GetElapsedTime(start);

    private sealed class Waiter(string key)
    {
        public string Key { get; } = key;

        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>A line in which keys take turns; within a key the oldest goes first.</summary>
    private sealed class TurnLine
    {
        private readonly Dictionary<string, LinkedList<Waiter>> _byKey = new(StringComparer.Ordinal);
        private readonly LinkedList<string> _turns = [];

        public int Count { get; private set; }

        public void Add(Waiter waiter)
        {
            if (!_byKey.TryGetValue(waiter.Key, out var line))
            {
                _byKey[waiter.Key] = line = [];
                _turns.AddLast(waiter.Key);
            }

            line.AddLast(waiter);
            Count++;
        }

        public Waiter? Take()
        {
            if (_turns.First is not { } turn) return null;
            var next = _byKey[turn.Value].First?.Value ?? throw new InvalidOperationException("A key without waiters has a turn.");
            Remove(next);
            if (!_byKey.ContainsKey(next.Key)) return next;
            _turns.Remove(turn);
            _turns.AddLast(turn);
            return next;
        }

        public bool Remove(Waiter waiter)
        {
            if (!_byKey.TryGetValue(waiter.Key, out var line) || !line.Remove(waiter)) return false;
            Count--;
            if (line.Count > 0) return true;
            _byKey.Remove(waiter.Key);
            _turns.Remove(waiter.Key);
            return true;
        }
    }
}
