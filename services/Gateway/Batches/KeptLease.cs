using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Batches;

/// <summary>Keeps a lease while somebody works, and tells when the batch is not wanted any more or is another's.</summary>
internal sealed class KeptLease : IAsyncDisposable
{
    private readonly BatchWorkService.BatchWorkServiceClient _work;
    private readonly string _lease;
    private readonly TimeSpan _duration;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenSource _lost;
    private readonly CancellationTokenSource _unwanted;
    private readonly Task _keeping;

    public KeptLease(
        BatchWorkService.BatchWorkServiceClient work,
        BatchLease lease,
        TimeSpan duration,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        (_work, _lease, _duration, _time) = (work, lease.Token, duration, time);
        _stop = new CancellationTokenSource();
        _lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _unwanted = CancellationTokenSource.CreateLinkedTokenSource(_lost.Token);
        _keeping = KeepAsync();
    }

    /// <summary>Cancelled when the batch is another's, or the gateway stops.</summary>
    public CancellationToken Token => _lost.Token;

    /// <summary>Cancelled also when the batch is asked to end: no line goes on.</summary>
    public CancellationToken Lines => _unwanted.Token;

    /// <summary>Seconds for which a report keeps the lease.</summary>
    public uint Seconds => (uint)_duration.TotalSeconds;

    /// <summary>Whether the batch is asked to end.</summary>
    public bool IsUnwanted => _unwanted.IsCancellationRequested && !_lost.IsCancellationRequested;

    /// <summary>Whether the batch is another's.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Takes notice of what Sessions said of the batch.</summary>
    public void Notice(BatchState state)
    {
        if (state is BatchState.Cancelling) _unwanted.Cancel();
    }

    /// <summary>Keeps the lease no longer.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _keeping;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _unwanted.Dispose();
        _lost.Dispose();
        _stop.Dispose();
    }

    private async Task KeepAsync()
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, _lost.Token);
        var keptAt = _time.GetTimestamp();
        while (await WaitAsync(ended.Token))
        {
            try
            {
                var request = new KeepLeaseRequest { Token = _lease, LeaseSeconds = Seconds };
                Notice((await _work.KeepLeaseAsync(request, cancellationToken: ended.Token)).State);
                keptAt = _time.GetTimestamp();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (MillraceException error)
            {
                // What nobody confirmed for as long as a lease lasts is another's by now.
                if (error.Reason != Reason.AlreadyExists && _time.GetElapsedTime(keptAt) < _duration) continue;
                if (_stop.IsCancellationRequested) return;
                IsLost = true;
                await _lost.CancelAsync();
            }
        }
    }

    private async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(_duration / 3, _time, cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
