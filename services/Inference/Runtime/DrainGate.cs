using Millrace.ServiceDefaults.Errors;
using Millrace.Upstreams;

namespace Millrace.Inference.Runtime;

/// <summary>
/// Counts the streams that run. Once it is closed nothing new comes in; those inside have a grace period, and then are told to go.
/// </summary>
internal sealed class DrainGate(TimeProvider time) : IUpstreamGate, IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _evict = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inside;
    private bool _closed;

    /// <summary>Whether nothing new comes in.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_lock) return _closed;
        }
    }

    /// <summary>Cancelled when the grace period is over.</summary>
    public CancellationToken Evicted => _evict.Token;

    /// <summary>Comes in; the result is disposed on the way out.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.Draining"/>.</exception>
    public IDisposable Enter()
    {
        lock (_lock)
        {
            if (_closed) throw Refusal();
            _inside++;
            return new Visit(this);
        }
    }

    /// <summary>Closes the gate, and waits until all have left or been told to go.</summary>
    public async Task CloseAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _closed = true;
            if (_inside == 0) _empty.TrySetResult();
        }

        try
        {
            await _empty.Task.WaitAsync(grace, time, cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            await _evict.CancelAsync();
        }
    }

    /// <inheritdoc/>
    public MillraceException Eviction() =>
        new(Reason.Draining, "The inference member stopped before the answer was complete. Ask again.");

    /// <inheritdoc/>
    public void Dispose() => _evict.Dispose();

    /// <summary>What those are told who come too late.</summary>
    public static MillraceException Refusal() =>
        new(Reason.Draining, "This inference member finishes what it has and takes nothing new. Ask another one, or try again soon.");

    private void Leave()
    {
        lock (_lock)
            if (--_inside == 0 && _closed)
                _empty.TrySetResult();
    }

    private sealed class Visit(DrainGate gate) : IDisposable
    {
        private DrainGate? _gate = gate;

        public void Dispose() => Interlocked.Exchange(ref _gate, null)?.Leave();
    }
}
