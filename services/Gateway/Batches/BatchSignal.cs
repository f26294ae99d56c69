using System.Threading.Channels;

namespace Millrace.Gateway.Batches;

/// <summary>Wakes a worker of this gateway when a batch was made here. Those of other gateways are found by looking now and then.</summary>
internal sealed class BatchSignal(TimeProvider time)
{
    private readonly Channel<bool> _waiting = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>There is work.</summary>
    public void Wake() => _waiting.Writer.TryWrite(true);

    /// <summary>Waits for work, no longer than a while.</summary>
    public async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        try
        {
            await _waiting.Reader.WaitToReadAsync(cancellationToken).AsTask().WaitAsync(longest, time, cancellationToken);
            _waiting.Reader.TryRead(out _);
        }
        catch (TimeoutException)
        {
            // It is time to look.
        }
    }
}
