namespace Millrace.TestShared;

/// <summary>
/// Time that passes only when a test says so. Timers fire on the test's own thread while it advances, in the order in which they
/// are due.
/// </summary>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private TaskCompletionSource _timed = NewSignal();

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How many timers are waiting to fire.</summary>
    public int TimerCount
    {
        get
        {
            lock (_lock) return _timers.Count;
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _now;
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass, and fires what becomes due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (TakeDue(end) is { } timer) timer.Fire();
        lock (_lock) _now = end;
    }

    /// <summary>Waits until somebody waits for time to pass, then lets it.</summary>
    public async Task AdvanceWhenTimedAsync(TimeSpan by)
    {
        await UntilTimedAsync();
        Advance(by);
    }

    /// <summary>Completes when at least one timer is waiting to fire.</summary>
    public Task UntilTimedAsync()
    {
        lock (_lock) return _timers.Count > 0 ? Task.CompletedTask : _timed.Task;
    }

    /// <summary>Completes when a timer is due after exactly this time from now.</summary>
    public async Task UntilTimedAsync(TimeSpan dueIn)
    {
        while (NextTimer(dueIn) is { } next) await next;
    }

    private Task? NextTimer(TimeSpan dueIn)
    {
        lock (_lock) return _timers.Any(timer => timer.Due - _now == dueIn) ? null : _timed.Task;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ManualTimer? TakeDue(DateTimeOffset end)
    {
        lock (_lock)
        {
            var next = _timers.MinBy(timer => timer.Due);
            if (next is null || next.Due > end) return null;
            _now = next.Due > _now ? next.Due : _now;
            _timers.Remove(next);
            if (next.Period > TimeSpan.Zero) Schedule(next, next.Period);
            return next;
        }
    }

    private void Set(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
            timer.Period = period;
            if (dueTime != Timeout.InfiniteTimeSpan) Schedule(timer, dueTime);
        }
    }

    private void Schedule(ManualTimer timer, TimeSpan dueTime)
    {
        timer.Due = _now + dueTime;
        _timers.Add(timer);
        _timed.TrySetResult();
        _timed = NewSignal();
    }

    private sealed class ManualTimer(ManualTimeProvider time, Action fire) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            time.Set(this, dueTime, period);
            return true;
        }

        public void Dispose() => time.Set(this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
