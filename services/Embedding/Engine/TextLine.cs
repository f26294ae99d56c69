namespace Millrace.Embedding.Engine;

/// <summary>
/// The texts that wait for one engine, and the rule by which they are taken. While a batch runs the next one gathers. Beyond that a batch
/// waits only for calls that have arrived and whose texts are not in line yet, because they are being read into tokens; at most for the
/// window, and not when it is full. So a lone caller never waits, and calls that come together go together. The text that waits longest is
/// always taken; the rest of the batch are those of like length near the head of the line, so that a short text is seldom computed with
/// long ones, and none can be overtaken for ever.
/// <para>Texts that nobody waits for stand in a line of their own, with as much room. They are taken when the other line is empty, never
/// together with texts of it, and their calls are not waited for: so a caller waits for at most the batch of them that is being computed.
/// </para>
/// </summary>
internal sealed class TextLine : IDisposable
{
    /// <summary>How many batches deep like lengths are looked for.</summary>
    private const int LookaheadBatches = 4;

    private readonly object _lock = new();
    private readonly BatchLimits _limits;
    private readonly ITimer _timer;
    private readonly List<EncodeJob> _waiting = [];
    private readonly List<EncodeJob> _later = [];
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
    /// <param name="isLater">Whether nobody waits for it: then nobody shall wait for its texts either.</param>
    public Arrival Arrive(bool isLater = false)
    {
        if (isLater) return default;
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
            if (!HasRoomFor(jobs)) DropOver();
            if (!HasRoomFor(jobs)) return false;
            foreach (var job in jobs) (job.IsLater ? _later : _waiting).Add(job);
            Monitor.PulseAll(_lock);
            return true;
        }
    }

    /// <summary>Somebody waits for a text now: it goes where such texts are, whether or not there is room.</summary>
    public void Hurry(EncodeJob job)
    {
        lock (_lock)
        {
            if (!job.IsLater) return;
            job.IsLater = false;
            if (!_later.Remove(job)) return;
            _waiting.Add(job);
            Monitor.PulseAll(_lock);
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
                if (_closed && IsEmpty)
                    return false;
            Pick(_waiting.Count > 0 ? _waiting : _later, batch);
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
        if (IsEmpty && !_closed) Monitor.Wait(_lock);
        if (!IsEmpty && IsCompanyComing && _limits.Window > TimeSpan.Zero) AwaitCompany();
        DropOver();
        return !IsEmpty;
    }

    private void AwaitCompany()
    {
        _windowOpen = true;
        _timer.Change(_limits.Window, Timeout.InfiniteTimeSpan);
        while (_windowOpen && IsCompanyComing) Monitor.Wait(_lock);
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _windowOpen = false;
    }

    private bool IsEmpty => _waiting.Count == 0 && _later.Count == 0;

    private bool HasRoomFor(IReadOnlyCollection<EncodeJob> jobs)
    {
        var later = jobs.Count(job => job.IsLater);
        return (later == 0 || _later.Count + later <= _limits.QueueTextsMax)
            && (later == jobs.Count || _waiting.Count + jobs.Count - later <= _limits.QueueTextsMax);
    }

    private bool IsCompanyComing => _arriving > 0 && !_closed && !IsFull;

    private bool IsFull => _waiting.Count >= _limits.TextsMax || _waiting.Sum(job => job.Tokens.Length) >= _limits.TokensMax;

    private void DropOver()
    {
        _waiting.RemoveAll(job => job.IsOver);
        _later.RemoveAll(job => job.IsOver);
    }

    private void Pick(List<EncodeJob> line, List<EncodeJob> batch)
    {
        var oldest = line[0].Tokens.Length;
        var tokens = 0;
        foreach (var job in line.Take(LookaheadBatches * _limits.TextsMax).OrderBy(job => Math.Abs(job.Tokens.Length - oldest)))
        {
            if (batch.Count == _limits.TextsMax) break;
            if (tokens + job.Tokens.Length > _limits.TokensMax && batch.Count > 0) continue;
            batch.Add(job);
            tokens += job.Tokens.Length;
        }

        _picked.UnionWith(batch);
        line.RemoveAll(_picked.Contains);
        _picked.Clear();
    }

    /// <summary>A call that is on its way.</summary>
    internal readonly struct Arrival(TextLine? line) : IDisposable
    {
        /// <summary>Its texts are in line, or it failed.</summary>
        public void Dispose() => line?.Leave();
    }
}
