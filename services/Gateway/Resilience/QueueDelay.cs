namespace Millrace.Gateway.Resilience;

/// <summary>
/// Says by the time that calls waited, and not by how many wait, whether there are too many: a queue that drains is no harm, one that
/// stands is. Its owner keeps it from being used by two at a time.
/// </summary>
/// <param name="options">The target, and how long it may be missed.</param>
/// <param name="time">The clock.</param>
internal sealed class QueueDelay(DependencyOptions options, TimeProvider time)
{
    /// <summary>Share of the newest interval in the mean of intervals.</summary>
    private const double Newest = 0.125;

    private static readonly TimeSpan RetryMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(30);

    private long? _aboveSince;
    private long? _drainedAt;
    private double _secondsPerCall;

    /// <summary>Whether waits are above the target.</summary>
    public bool IsAbove => _aboveSince is not null;

    /// <summary>Whether they have been for so long that calls are refused.</summary>
    public bool IsOverloaded => _aboveSince is { } since && time.GetElapsedTime(since) >= options.WaitInterval;

    /// <summary>A call waits, or waited, this long.</summary>
    public void Waited(TimeSpan wait)
    {
        if (wait < options.WaitTarget) _aboveSince = null;
        else _aboveSince ??= time.GetTimestamp();
    }

    /// <summary>A call that waited got the place of one that ended.</summary>
    public void Drained()
    {
        var now = time.GetTimestamp();
        if (_drainedAt is { } last)
        {
            var seconds = time.GetElapsedTime(last, now).TotalSeconds;
            _secondsPerCall = _secondsPerCall == 0 ? seconds : _secondsPerCall + (Newest * (seconds - _secondsPerCall));
        }

        _drainedAt = now;
    }

    /// <summary>
    /// Nobody waits any more. The rate is forgotten as well: only calls that wait renew it, and one that lets nobody wait would stand.
    /// </summary>
    public void Emptied() => (_aboveSince, _drainedAt, _secondsPerCall) = (null, null, 0);

    /// <summary>How long a call would wait behind others by the rate of late; zero while that is not known.</summary>
    /// <param name="ahead">How many wait before it.</param>
    public TimeSpan Expected(int ahead) => TimeSpan.FromSeconds(Math.Min((ahead + 1) * _secondsPerCall, RetryMax.TotalSeconds));

    /// <summary>When it is worth to try again behind so many.</summary>
    public TimeSpan RetryAfter(int ahead)
    {
        var expected = Expected(ahead);
        return expected < RetryMin ? RetryMin : expected;
    }
}
