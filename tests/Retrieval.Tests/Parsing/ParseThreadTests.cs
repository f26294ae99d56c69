using Millrace.Retrieval.Parsing;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Parsing;

public sealed class ParseThreadTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(5);

    [Fact]
    public void Run_Reader_ReturnsWhatItReturns() => Assert.Equal(3, new ParseThread().Run(_ => 3, Late, CancellationToken.None));

    [Fact]
    public void Run_ReaderThatFails_ThrowsWhatItThrows() => Assert.Throws<FormatException>(
        () => new ParseThread().Run<int>(_ => throw new FormatException(), Late, CancellationToken.None));

    [Fact]
    public void Run_TooSlow_IsRefusedForGood()
    {
        var error = Assert.Throws<MillraceException>(() => new ParseThread().Run(UntilStopped, Soon, CancellationToken.None));

        Assert.Equal(Reason.PayloadTooLarge, error.Reason);
        Assert.False(error.Reason.Info().Retryable);
        Assert.Contains("TimeLimit", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Cancelled_StopsTheReader()
    {
        using var cancel = new CancellationTokenSource();

        Assert.ThrowsAny<OperationCanceledException>(() => new ParseThread().Run(
            stop =>
            {
                cancel.Cancel();
                return UntilStopped(stop);
            },
            Late,
            cancel.Token));
    }

    [Fact]
    public void Run_DeepRecursion_HasAStackForTheDeepestNesting()
    {
        static int Depth(int levels) => levels == 0 ? 0 : 1 + Depth(levels - 1);

        Assert.Equal(100_000, new ParseThread().Run(_ => Depth(100_000), Late, CancellationToken.None));
    }

    [Fact]
    public void Run_ReadersThatDoNotStop_AreLeftBehindUpToALimit()
    {
        using var release = new ManualResetEventSlim();
        using var ended = new CountdownEvent(1);
        var thread = new ParseThread(leftBehindMax: 1);
        Assert.Throws<MillraceException>(() => thread.Run(
            _ =>
            {
                release.Wait(CancellationToken.None);
                return ended.Signal();
            },
            Soon,
            CancellationToken.None));

        var error = Assert.Throws<MillraceException>(() => thread.Run(_ => 1, Late, CancellationToken.None));

        Assert.Equal(Reason.QueueFull, error.Reason);
        Assert.NotNull(error.RetryAfter);
        release.Set();
        ended.Wait(Late, CancellationToken.None);
        Assert.True(SpinWait.SpinUntil(() => Runs(thread), Late));
    }

    private static bool Runs(ParseThread thread)
    {
        try
        {
            return thread.Run(_ => true, Late, CancellationToken.None);
        }
        catch (MillraceException)
        {
            return false;
        }
    }

    private static int UntilStopped(CancellationToken stop)
    {
        stop.WaitHandle.WaitOne();
        stop.ThrowIfCancellationRequested();
        return 0;
    }
}
