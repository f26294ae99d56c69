using Millrace.Retrieval.Ingestion;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Ingestion;

public sealed class BackoffTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(50);
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void UntilNext_OneFailed_IsItsDelay()
    {
        var backoff = new Backoff(_time);
        backoff.Waiting();
        backoff.Failed(1, _ => Delay);

        Assert.Equal(Delay, backoff.UntilNext());
        Assert.Equal([1], backoff.Waiting());
    }

    [Fact]
    public void UntilNext_DueSinceTheLastLook_IsZero()
    {
        var backoff = new Backoff(_time);
        backoff.Failed(1, _ => Delay);
        Assert.Equal([1], backoff.Waiting());

        _time.Advance(Delay);

        Assert.Equal(TimeSpan.Zero, backoff.UntilNext());
        Assert.Empty(backoff.Waiting());
    }

    [Fact]
    public void UntilNext_DueAndLookedAt_IsNothingToWaitFor()
    {
        var backoff = new Backoff(_time);
        backoff.Failed(1, _ => Delay);
        _time.Advance(Delay);
        backoff.Waiting();

        Assert.Null(backoff.UntilNext());
    }
}
