namespace Millrace.Gateway.Tests.Fakes;

/// <summary>A clock that stands still until it is told to go on. It begins far ahead, so that deadlines made from it do not pass.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private readonly List<(int LengthMs, TaskCompletionSource Reached)> _waits = [];
    private DateTimeOffset _now = new(2035, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass and runs what falls due.</summary>
    public void Advance(TimeSpan span)
    {
        List<Timer> due;
        lock (_gate)
        {
            _now += span;
            due = [.. _timers.Where(timer => timer.DueAt <= _now)];
            foreach (var timer in due) timer.DueAt = null;
        }

        foreach (var timer in due) timer.Run();
    }

    /// <summary>Completes when a timer of this length is set.</summary>
    public Task TimerAsync(TimeSpan length)
    {
        lock (_gate)
        {
            if (_timers.Any(timer => timer.DueAt is { } due && due - _now == length)) return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add(((int)length.TotalMilliseconds, reached));
            return reached.Task;
        }
    }

    private sealed class Timer(ManualTime owner, Action run) : ITimer
    {
        public DateTimeOffset? DueAt { get; set; }

        public Action Run => run;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._gate)
            {
                DueAt = dueTime == Timeout.InfiniteTimeSpan ? null : owner._now + dueTime;
                if (!owner._timers.Contains(this)) owner._timers.Add(this);
                foreach (var (_, reached) in owner._waits.Where(wait => wait.LengthMs == (int)dueTime.TotalMilliseconds))
                    reached.TrySetResult();
            }

            return true;
        }

        public void Dispose()
        {
            lock (owner._gate) owner._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
