namespace Aspire.Hosting.Orchestration;

/// <summary>
/// When an instance that ended by itself starts again: after 1 s, then twice as long each time up to 30 s, and after 1 s again once it ran
/// for a minute. It is given up when it ended before it was healthy five times in a row.
/// </summary>
internal sealed class RestartPolicy
{
    public const int EarlyExitsMax = 5;

    private static readonly TimeSpan DelayMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StableAfter = TimeSpan.FromMinutes(1);

    private TimeSpan _delay = DelayMin;
    private int _earlyExits;

    /// <summary>How long to wait before the next start, or null to give up.</summary>
    public TimeSpan? Next(TimeSpan ranFor, bool wasHealthy)
    {
        _earlyExits = wasHealthy ? 0 : _earlyExits + 1;
        if (_earlyExits == EarlyExitsMax) return null;
        if (ranFor >= StableAfter) _delay = DelayMin;
        var delay = _delay;
        _delay = delay * 2 < DelayMax ? delay * 2 : DelayMax;
        return delay;
    }
}
