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
    private long _waitsSince;
    private TimeSpan _awaited;

    /// <summary>The steps that have ended, in the order of their beginnings.</summary>
    public IReadOnlyList<TimedStep> Steps
    {
        get
        {
            lock (_gate) return [.. _steps.OrderBy(step => step.StartedAt)];
        }
    }

    /// <summary>Time since the arrival.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(arrivedAt);

    /// <summary>Time in which a model was awaited, queue included. Models that are awaited side by side count once.</summary>
    public TimeSpan Model
    {
        get
        {
            lock (_gate) return _awaited + (_waits > 0 ? time.GetElapsedTime(_waitsSince) : TimeSpan.Zero);
        }
    }

    /// <summary>Time that was the platform's own.</summary>
    public TimeSpan Overhead => Elapsed - Model;

    /// <summary>A model is awaited until the result is disposed of.</summary>
    public ModelWait AwaitModel()
    {
        lock (_gate)
            if (_waits++ == 0) _waitsSince = time.GetTimestamp();
        return new ModelWait(this);
    }

    /// <summary>A step has ended.</summary>
    /// <param name="step">Its name.</param>
    /// <param name="startedAt">When it began, in the clock's own units.</param>
    internal void Add(string step, long startedAt)
    {
        var timed = new TimedStep(step, time.GetElapsedTime(arrivedAt, startedAt), time.GetElapsedTime(startedAt));
        lock (_gate) _steps.Add(timed);
    }

    private void Received()
    {
        lock (_gate)
            if (--_waits == 0) _awaited += time.GetElapsedTime(_waitsSince);
    }

    /// <summary>One wait for a model.</summary>
    public readonly struct ModelWait(RunTimeline timeline) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => timeline.Received();
    }
}
