namespace Millrace.Standins.Tests.Grpc;

/// <summary>Where a handler waits for its own cancellation, and where a test learns that it came.</summary>
public sealed class EchoProbe
{
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when a handler's token was cancelled.</summary>
    public Task Cancelled => _cancelled.Task;

    /// <summary>Waits until the token is cancelled, then throws as an interrupted handler does.</summary>
    public async Task UntilCancelled(CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
        }
        finally
        {
            if (cancellation.IsCancellationRequested) _cancelled.TrySetResult();
        }
    }
}
