namespace Millrace.Gateway.Explaining;

/// <summary>How long a step took.</summary>
/// <param name="Step">Its name.</param>
/// <param name="StartedAt">When it began, counted from the request's arrival.</param>
/// <param name="Duration">How long it was open. The steps of a stream are open side by side, until its end.</param>
public sealed record TimedStep(string Step, TimeSpan StartedAt, TimeSpan Duration);

/// <summary>
/// Where the time of a request goes, from its arrival on. What is left without the time in which a model was awaited is the platform's own:
/// the reading of the request, all checks, searches and calls between services, and the writing of the answer.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="arrivedAt">When the request arrived, in the clock's own units.</param>
public sealed class RunTimeline(TimeProvider time, long arrivedAt)
{
    private readonly Lock _gate = new();
    private readonly List<TimedStep> _steps = [];
    private int _waits;
    private int _ownWork;
    private long _since;
    private TimeSpan _awaited;

    /// <summary>The steps that have ended, in the order of their beginnings.</summary>
    public IReadOnlyList<TimedStep> Steps
    {
        get
        {
            lock (_gate) return [.. _steps.OrderBy(step => step.StartedAt)];
        }
    }

    /// <summary>Ends after a time, or when it is cancelled.</summary>
    public Task DelayAsync(TimeSpan wait, CancellationToken cancellationToken) => Task.Delay(wait, time, cancellationToken);

    /// <summary>Time since the arrival.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(arrivedAt);

    /// <summary>
    /// Time in which a model was awaited and nothing else was done, queue included. Models that are awaited side by side count once.
    /// </summary>
    public TimeSpan Model
    {
        get
        {
            lock (_gate) return _awaited + (IsWaiting ? time.GetElapsedTime(_since) : TimeSpan.Zero);
        }
    }

    /// <summary>Time that was the platform's own.</summary>
    public TimeSpan Overhead => Elapsed - Model;

    private bool IsWaiting => _waits > 0 && _ownWork == 0;

    /// <summary>A model is awaited until the result is disposed of.</summary>
    public Span AwaitModel()
    {
        Change(waits: 1, ownWork: 0);
        return new Span(this, IsWait: true);
    }

    /// <summary>
    /// The platform works on what it has, whether or not a model is awaited at the same time, until the result is disposed of.
    /// </summary>
    public Span Work()
    {
        Change(waits: 0, ownWork: 1);
        return new Span(this, IsWait: false);
    }

    /// <summary>A step has ended.</summary>
    /// <param name="step">Its name.</param>
    /// <param name="startedAt">When it began, in the clock's own units.</param>
    internal void Add(string step, long startedAt)
    {
        var timed = new TimedStep(step, time.GetElapsedTime(arrivedAt, startedAt), time.GetElapsedTime(startedAt));
        lock (_gate) _steps.Add(timed);
    }

    private void Change(int waits, int ownWork)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (IsWaiting) _awaited += time.GetElapsedTime(_since, now);
            (_waits, _ownWork) = (_waits + waits, _ownWork + ownWork);
            _since = now;
        }
    }

    /// <summary>One wait for a model, or one piece of work.</summary>
    public readonly record struct Span(RunTimeline Timeline, bool IsWait) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => Timeline.Change(IsWait ? -1 : 0, IsWait ? 0 : -1);
    }
}
