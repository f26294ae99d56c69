namespace Millrace.Edge.Limits;

/// <summary>Counts in this process. One lock is enough: a step takes well under a microsecond.</summary>
internal sealed class MemoryRateLimiter(TimeProvider time) : IRateLimiter
{
    // Names are those of keys and tenants that exist; full limits are dropped when there are this many more than at the last look.
    private const int SweepStep = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _full = new(StringComparer.Ordinal);
    private int _sweepAt = SweepStep;

    /// <summary>How many limits are not known to be full.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _full.Count;
        }
    }

    public ValueTask<IReadOnlyList<RateState>> TakeAsync(IReadOnlyList<RateClaim> claims, CancellationToken cancellationToken)
    {
        var now = Now();
        var states = new RateState[claims.Count];
        lock (_lock)
        {
            var fits = true;
            for (var i = 0; i < claims.Count; i++) fits &= Wait(claims[i], now) == 0;
            for (var i = 0; i < claims.Count; i++) states[i] = Take(claims[i], now, fits);
            Sweep(now);
        }

        return new(states);
    }

    public ValueTask SettleAsync(IReadOnlyList<RateClaim> claims, CancellationToken cancellationToken)
    {
        var now = Now();
        lock (_lock)
            foreach (var claim in claims) _full[claim.Limit.Name] = FillTime.Settled(Full(claim), now, claim);
        return ValueTask.CompletedTask;
    }

    // In whole numbers: the time since the machine's start is too large for a double's microseconds.
    private long Now() => (long)((Int128)time.GetTimestamp() * 1_000_000 / time.TimestampFrequency);

    private long Full(RateClaim claim) => _full.GetValueOrDefault(claim.Limit.Name);

    private long Wait(RateClaim claim, long now) => FillTime.Wait(Full(claim), now, claim);

    private RateState Take(RateClaim claim, long now, bool fits)
    {
        var wait = Wait(claim, now);
        if (fits) _full[claim.Limit.Name] = FillTime.After(Full(claim), now, claim);
        return FillTime.State(Full(claim), now, claim.Limit, wait);
    }

    private void Sweep(long now)
    {
        if (_full.Count < _sweepAt) return;
        foreach (var (name, full) in _full)
            if (full <= now) _full.Remove(name);
        _sweepAt = _full.Count + SweepStep;
    }
}
