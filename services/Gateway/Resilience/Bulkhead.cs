using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Resilience;

/// <summary>Why a call was not let in.</summary>
internal enum ShedReason
{
    /// <summary>As many wait as may.</summary>
    Full,

    /// <summary>Waits have been too long for too long.</summary>
    Overloaded,

    /// <summary>It waited as long as it may.</summary>
    TooLate,
}

/// <summary>
/// So many calls of a service at a time, and so many that wait, tenants by turns. A call that finds a place costs a lock and a count. When
/// waits grow, batch work is refused first, then whatever would have to wait; who is refused learns when to come back.
/// </summary>
/// <param name="name">The service's name.</param>
/// <param name="options">The numbers.</param>
/// <param name="time">The clock.</param>
/// <param name="telemetry">Is told of waits and refusals.</param>
internal sealed class Bulkhead(string name, DependencyOptions options, TimeProvider time, ResilienceTelemetry telemetry)
{
    private readonly Lock _gate = new();
    private readonly FairQueue _interactive = new();
    private readonly FairQueue _batch = new();
    private readonly QueueDelay _delay = new(options, time);
    private int _running;

    /// <summary>Calls that run.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Calls that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _interactive.Count + _batch.Count;
        }
    }

    /// <summary>Takes a place, and waits for one if need be.</summary>
    /// <param name="tenant">Whose call it is.</param>
    /// <param name="isBatch">Whether nobody waits for it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The place; disposing of it gives it back.</returns>
    /// <exception cref="MillraceException">There are too many (queue_full).</exception>
    public ValueTask<Place> EnterAsync(string tenant, bool isBatch, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_gate)
        {
            if (_running < options.ConcurrentMax)
            {
                _running++;
                return ValueTask.FromResult(new Place(this));
            }

            if (RefusalOf(isBatch) is { } reason) throw Refused(reason);
            waiter = new Waiter(tenant, isBatch, time.GetTimestamp());
            QueueOf(isBatch).Add(waiter);
        }

        return new ValueTask<Place>(WaitAsync(waiter, cancellationToken));
    }

    private FairQueue QueueOf(bool isBatch) => isBatch ? _batch : _interactive;

    private async Task<Place> WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        try
        {
            await waiter.Admitted.WaitAsync(options.WaitMax, time, cancellationToken);
            telemetry.Waited(name, time.GetElapsedTime(waiter.Since));
            return new Place(this);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            Withdraw(waiter);
            if (error is OperationCanceledException) throw;
            lock (_gate) throw Refused(ShedReason.TooLate);
        }
    }

    /// <summary>A call gives up its wait; a place that it was given meanwhile goes on to the next.</summary>
    private void Withdraw(Waiter waiter)
    {
        bool wasWaiting;
        lock (_gate)
        {
            wasWaiting = QueueOf(waiter.IsBatch).Remove(waiter);
            if (_interactive.Count + _batch.Count == 0) _delay.Emptied();
        }

        if (!wasWaiting && waiter.Admitted.IsCompletedSuccessfully) Leave();
    }

    private ShedReason? RefusalOf(bool isBatch)
    {
        if ((_interactive.NextSince ?? _batch.NextSince) is { } since) _delay.Waited(time.GetElapsedTime(since));
        if (_delay.IsOverloaded || (isBatch && _delay.IsAbove)) return ShedReason.Overloaded;
        if (_delay.Expected(isBatch ? _interactive.Count + _batch.Count : _interactive.Count) > options.WaitMax)
            return ShedReason.Overloaded;
        if (_interactive.Count + _batch.Count < options.WaitingMax) return null;
        if (isBatch || _batch.Take() is not { } displaced) return ShedReason.Full;
        displaced.Refuse(Refused(ShedReason.Full));
        return null;
    }

    private MillraceException Refused(ShedReason reason)
    {
        telemetry.Shed(name, reason);
        var why = reason switch
        {
            ShedReason.Full => "Too many requests wait",
            ShedReason.Overloaded => "Requests have waited too long of late",
            _ => "The request waited too long",
        };
        return new MillraceException(Reason.QueueFull, $"{why} for the {name} service. Try again as late as 'Retry-After' says.")
        {
            RetryAfter = _delay.RetryAfter(_interactive.Count + _batch.Count),
        };
    }

    private void Leave()
    {
        lock (_gate)
        {
            if ((_interactive.Take() ?? _batch.Take()) is not { } next)
            {
                _running--;
                return;
            }

            _delay.Drained();
            _delay.Waited(time.GetElapsedTime(next.Since));
            if (_interactive.Count + _batch.Count == 0) _delay.Emptied();
            next.Admit();
        }
    }

    /// <summary>A place; it is given back once.</summary>
    internal readonly struct Place(Bulkhead bulkhead) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => bulkhead.Leave();
    }
}
