namespace Millrace.Gateway.Inference;

/// <summary>
/// How long the last answers of one model took to begin, at most 256 of the last ten minutes, and how many requests may ask twice. Not
/// thread-safe.
/// </summary>
internal sealed class RecentBeginnings
{
    /// <summary>Answers that must have been seen before a percentile is told: of fewer, the 95th is no more than the slowest.</summary>
    public const int WarmUp = 20;

    private const int CountMax = 256;
    private const double Percent = 0.95;
    private const int AnewEvery = 8;

    /// <summary>Of so many requests one may ask twice; so many may do so in a row.</summary>
    private const double EarnedPerRequest = 0.1;
    private const double SavedMax = 5;

    private static readonly TimeSpan AgeMax = TimeSpan.FromMinutes(10);

    private readonly (DateTimeOffset At, TimeSpan After)[] _last = new (DateTimeOffset, TimeSpan)[CountMax];
    private double _saved = 1;
    private int _count;
    private int _next;
    private int _addedSince = AnewEvery;
    private DateTimeOffset _countedAt;
    private TimeSpan? _percentile;

    /// <summary>An answer began.</summary>
    public void Add(DateTimeOffset now, TimeSpan after)
    {
        _last[_next] = (now, after);
        _next = (_next + 1) % CountMax;
        _count = Math.Min(CountMax, _count + 1);
        _addedSince++;
    }

    /// <summary>The time within which 95 % of the recent answers began; null while too few are known.</summary>
    public TimeSpan? Percentile(DateTimeOffset now)
    {
        // Counted anew now and then: once it is known it does not change much from one answer to the next.
        var isFresh = _addedSince < AnewEvery && now - _countedAt < TimeSpan.FromSeconds(1);
        if (isFresh && (_percentile is not null || _count < WarmUp)) return _percentile;
        (_addedSince, _countedAt) = (0, now);
        Span<TimeSpan> recent = stackalloc TimeSpan[CountMax];
        var known = 0;
        foreach (var (at, after) in _last.AsSpan(0, _count))
            if (now - at <= AgeMax) recent[known++] = after;
        if (known < WarmUp) return _percentile = null;
        recent = recent[..known];
        recent.Sort();
        return _percentile = recent[(int)Math.Ceiling(known * Percent) - 1];
    }

    /// <summary>A request earns its part of a second question.</summary>
    public void Earn() => _saved = Math.Min(SavedMax, _saved + EarnedPerRequest);

    /// <summary>Asks twice, if enough requests have not.</summary>
    public bool TrySpend()
    {
        if (_saved < 1) return false;
        _saved--;
        return true;
    }
}
