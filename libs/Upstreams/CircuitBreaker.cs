namespace Millrace.Upstreams;

/// <summary>What became of one use of a circuit.</summary>
internal enum CircuitOutcome
{
    /// <summary>It says nothing about the server: the caller went away.</summary>
    Unknown,

    /// <summary>The server works.</summary>
    Worked,

    /// <summary>The server failed.</summary>
    Failed,
}

/// <summary>
/// Stops asking a server that fails. So many failures within a time open it; then nothing passes for a while, then one probe does, which
/// closes it or opens it again. Own and not Polly's: that one opens by a share of failures per call it wraps, and here a call is a stream
/// that has worked with its first event and may yet fail with its last. Thread-safe.
/// </summary>
internal sealed class CircuitBreaker(BreakerOptions options, TimeProvider time, Action<bool> changed)
{
    private readonly Lock _lock = new();
    private readonly Queue<DateTimeOffset> _failures = [];
    private DateTimeOffset? _openUntil;
    private bool _probing;

    /// <summary>Whether requests are refused until a probe succeeds.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_lock) return _openUntil is not null;
        }
    }

    /// <summary>Asks to pass.</summary>
    /// <param name="retryAfter">When it is not granted: how long until a probe may pass.</param>
    /// <returns>The pass; null when it is not granted.</returns>
    public CircuitPass? TryEnter(out TimeSpan retryAfter)
    {
        lock (_lock)
        {
            retryAfter = TimeSpan.Zero;
            if (_openUntil is not { } until) return new CircuitPass(isProbe: false);
            var left = until - time.GetUtcNow();
            retryAfter = left > TimeSpan.Zero ? left : options.OpenFor;
            if (left > TimeSpan.Zero || _probing) return null;
            _probing = true;
            return new CircuitPass(isProbe: true);
        }
    }

    /// <summary>
    /// Tells what became of it, at least once for each pass. It may be told again: a stream that began well can still fail.
    /// </summary>
    public void Report(CircuitPass pass, CircuitOutcome outcome)
    {
        bool? change;
        lock (_lock) change = Apply(pass.TakeProbe(), outcome);
        if (change is { } open) changed(open);
    }

    private bool? Apply(bool isProbe, CircuitOutcome outcome)
    {
        if (isProbe) _probing = false;
        if (outcome == CircuitOutcome.Failed) return Fail(isProbe);
        if (outcome == CircuitOutcome.Unknown || !isProbe) return null;
        _openUntil = null;
        _failures.Clear();
        return false;
    }

    private bool? Fail(bool isProbe)
    {
        var now = time.GetUtcNow();
        while (_failures.TryPeek(out var oldest) && now - oldest >= options.Within) _failures.Dequeue();
        if (_failures.Count < options.FailuresToOpen) _failures.Enqueue(now);
        var isOpen = _openUntil is not null;
        if (!isProbe && (isOpen || _failures.Count < options.FailuresToOpen)) return null;
        _openUntil = now + options.OpenFor;
        return isOpen ? null : true;
    }
}

/// <summary>Leave to ask the server once.</summary>
internal sealed class CircuitPass(bool isProbe)
{
    private bool _isProbe = isProbe;

    /// <summary>Whether its outcome decides on the circuit; true once at most.</summary>
    internal bool TakeProbe() => Interlocked.Exchange(ref _isProbe, false);
}
