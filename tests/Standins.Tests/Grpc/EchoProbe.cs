namespace Millrace.Standins.Tests.Grpc;

/// <summary>Where a handler waits for its own cancellation, and where a test learns that it came.</summary>
public sealed class EchoProbe
{
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the token of a watched handler was cancelled.</summary>
    public Task Cancelled => _cancelled.Task;

    /// <summary>Watches a handler's token from its first line on: a write may be what the cancellation interrupts.</summary>
    public CancellationTokenRegistration Watch(CancellationToken cancellation) => cancellation.Register(() => _cancelled.TrySetResult());

    /// <summary>Waits until the token is cancelled, then throws as an interrupted handler does.</summary>
    public static Task UntilCancelled(CancellationToken cancellation) =>
        Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
}
