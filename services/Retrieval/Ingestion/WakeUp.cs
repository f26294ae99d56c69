using System.Threading.Channels;

namespace Millrace.Retrieval.Ingestion;

/// <summary>Wakes workers whose queue is in the database. A call while none of them sleeps is remembered.</summary>
/// <param name="workers">Most workers that sleep at the same time.</param>
/// <param name="time">The time they go by.</param>
internal sealed class WakeUp(int workers, TimeProvider time)
{
    private readonly Channel<bool> _calls = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(workers) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Wakes one worker.</summary>
    public void Set() => _calls.Writer.TryWrite(true);

    /// <summary>Sleeps until woken, at most as long as given; null for as long as it takes.</summary>
    public async Task WaitAsync(TimeSpan? timeout, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout ?? Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _calls.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time is over: something is due.
        }
    }
}
