namespace Millrace.Embedding.Engine;

/// <summary>
/// The texts that wait for one engine, and the rule by which they are taken. While a batch runs the next one gathers. Beyond that a batch
/// waits only for calls that have arrived and whose texts are not in line yet, because they are being read into tokens; at most for the
/// window, and not when it is full. So a lone caller never waits, and calls that come together go together. The text that waits longest is
/// always taken; the rest of the batch are those of like length near the head of the line, so that a short text is seldom computed with
/// long ones, and none can be overtaken for ever.
/// </summary>
internal sealed class TextLine : IDisposable
{
    /// <summary>How many batches deep like lengths are looked for.</summary>
    private const int LookaheadBatches = 4;

    private readonly object _lock = new();
    private readonly BatchLimits _limits;
    private readonly ITimer _timer;
    private readonly List<EncodeJob> _waiting = [];
    private readonly HashSet<EncodeJob> _picked = [];
    private int _arriving;
    private bool _windowOpen;
    private bool _closed;

    public TextLine(BatchLimits limits, TimeProvider time)
    {
        _limits = limits;
        _timer = time.CreateTimer(_ => CloseWindow(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A call has arrived and will put texts in line; it is on its way until this is disposed of.</summary>
    public Arrival Arrive()
    {
        lock (_lock) _arriving++;
        return new Arrival(this);
    }

    /// <summary>Puts texts at the end, all or none.</summary>
    /// <returns>False when they do not fit, or the line is closed.</returns>
    public bool TryAdd(IReadOnlyCollection<EncodeJob> jobs)
    {
        lock (_lock)
        {
            if (_closed) return false;
            if (_waiting.Count + jobs.Count > _limits.QueueTextsMax) DropOver();
            if (_waiting.Count + jobs.Count > _limits.QueueTextsMax) return false;
            _waiting.AddRange(jobs);
            Monitor.PulseAll(_lock);
            return true;
        }
    }

    /// <summary>Takes the next batch; blocks until there is one.</summary>
    /// <param name="batch">Receives it.</param>
    /// <returns>False when the line is closed and empty.</returns>
    public bool Take(List<EncodeJob> batch)
    {
        batch.Clear();
        lock (_lock)
        {
            while (!IsBatchReady())
                if (_closed && _waiting.Count == 0)
                    return false;
            Pick(batch);
            return true;
        }
    }

    /// <summary>Takes no more texts; those in line are still handed out.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Leave()
    {
        lock (_lock)
        {
            _arriving--;
            Monitor.PulseAll(_lock);
        }
    }

    private void CloseWindow()
    {
        lock (_lock)
        {
            _windowOpen = false;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Waits for texts, and then for calls on their way. False when there is no text after all.</summary>
    private bool IsBatchReady()
    {
        DropOver();
        if (_waiting.Count == 0 && !_closed) Monitor.Wait(_lock);
        if (_waiting.Count > 0 && IsCompanyComing && _limits.Window > TimeSpan.Zero) AwaitCompany();
        DropOver();
        return _waiting.Count > 0;
    }

    private void AwaitCompany()
    {
        _windowOpen = true;
        _timer.Change(_limits.Window, Timeout.InfiniteTimeSpan);
        while (_windowOpen && IsCompanyComing) Monitor.Wait(_lock);
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _windowOpen = false;
    }

    private bool IsCompanyComing => _arriving > 0 && !_closed && !IsFull;

    private bool IsFull => _waiting.Count >= _limits.TextsMax || _waiting.Sum(job => job.Tokens.Length) >= _limits.TokensMax;

    private void DropOver() => _waiting.RemoveAll(job => job.IsOver);

    private void Pick(List<EncodeJob> batch)
    {
        var oldest = _waiting[0].Tokens.Length;
        var tokens = 0;
        foreach (var job in _waiting.Take(LookaheadBatches * _limits.TextsMax).OrderBy(job => Math.Abs(job.Tokens.Length - oldest)))
        {
            if (batch.Count == _limits.TextsMax) break;
            if (tokens + job.Tokens.Length > _limits.TokensMax && batch.Count > 0) continue;
            batch.Add(job);
            tokens += job.Tokens.Length;
        }

        _picked.UnionWith(batch);
        _waiting.RemoveAll(_picked.Contains);
        _picked.Clear();
    }

    /// <summary>A call that is on its way.</summary>
    internal readonly struct Arrival(TextLine line) : IDisposable
    {
        /// <summary>Its texts are in line, or it failed.</summary>
        public void Dispose() => line.Leave();
    }
}
