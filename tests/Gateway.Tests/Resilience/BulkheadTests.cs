using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Gateway.Resilience;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Resilience;

public sealed class BulkheadTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly DependencyOptions _options = new()
    {
        ConcurrentMax = 1,
        WaitingMax = 4,
        WaitTarget = TimeSpan.FromMilliseconds(100),
        WaitInterval = TimeSpan.FromSeconds(1),
        WaitMax = TimeSpan.FromSeconds(5),
    };

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task Enter_PlaceIsFree_RunsAndGivesItBack()
    {
        var bulkhead = Make();

        for (var i = 0; i < 3; i++)
            using (await bulkhead.EnterAsync("a", isBatch: false, CancellationToken.None)) Assert.Equal(1, bulkhead.Running);

        Assert.Equal((0, 0), (bulkhead.Running, bulkhead.Waiting));
    }

    [Fact]
    public async Task Enter_SeveralTenantsWait_TakeTurnsAndBatchGoesLast()
    {
        var bulkhead = Make();
        var place = await bulkhead.EnterAsync("a", isBatch: false, CancellationToken.None);
        List<string> order = [];
        var waiting = new[] { ("batch", true), ("a", false), ("a", false), ("b", false) }
            .Select(async caller =>
            {
                using var next = await bulkhead.EnterAsync(caller.Item1, caller.Item2, CancellationToken.None);
                lock (order) order.Add(caller.Item1);
            })
            .ToList();

        place.Dispose();
        await Task.WhenAll(waiting).DefaultTimeout();

        Assert.Equal(["a", "b", "a", "batch"], order);
        Assert.Equal(0, bulkhead.Running);
    }

    [Fact]
    public async Task Enter_AsManyWaitAsMay_IsQueueFullWithATime()
    {
        var bulkhead = Make();
        using var place = await bulkhead.EnterAsync("a", isBatch: false, CancellationToken.None);
        var waiting = Enumerable.Range(0, 4).Select(_ => EnterAsync(bulkhead, isBatch: false)).ToList();

        var refusal = await Assert.ThrowsAsync<MillraceException>(() => EnterAsync(bulkhead, isBatch: false));

        Assert.Equal(Reason.QueueFull, refusal.Reason);
        Assert.True(refusal.RetryAfter > TimeSpan.Zero);
        Assert.DoesNotContain(waiting, task => task.IsCompleted);
    }

    [Fact]
    public async Task Enter_FullOfBatch_TakesTheirPlace()
    {
        var bulkhead = Make();
        using var place = await bulkhead.EnterAsync("a", isBatch: false, CancellationToken.None);
        var batch = Enumerable.Range(0, 4).Select(_ => EnterAsync(bulkhead, isBatch: true)).ToList();

        var asked = EnterAsync(bulkhead, isBatch: false);

        var displaced = await Task.WhenAny(batch).DefaultTimeout();
        Assert.Equal(Reason.QueueFull, (await Assert.ThrowsAsync<MillraceException>(() => displaced)).Reason);
        Assert.False(asked.IsCompleted);
        Assert.Equal(4, bulkhead.Waiting);
    }

    [Fact]
    public async Task Enter_WaitsStand_RefusesBatchFirstThenEverybodyAndRecovers()
    {
        var bulkhead = Make();
        var place = await bulkhead.EnterAsync("a", isBatch: false, CancellationToken.None);
        var first = EnterAsync(bulkhead, isBatch: false);

        _time.Advance(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAsync<MillraceException>(() => EnterAsync(bulkhead, isBatch: true));
        var second = EnterAsync(bulkhead, isBatch: false);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<MillraceException>(() => EnterAsync(bulkhead, isBatch: false));

        place.Dispose();
        (await first.DefaultTimeout()).Dispose();
        (await second.DefaultTimeout()).Dispose();
        using var next = await bulkhead.EnterAsync("a", isBatch: true, CancellationToken.None);
        var third = EnterAsync(bulkhead, isBatch: true);
        Assert.False(third.IsCompleted);
    }

    [Fact]
    public async Task Enter_WaitsAsLongAsItMay_IsRefusedAndLeavesNoTrace()
    {
        var bulkhead = Make();
        var place = await bulkhead.EnterAsync("a", isBatch: false, CancellationToken.None);
        var late = EnterAsync(bulkhead, isBatch: false);

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(Reason.QueueFull, (await Assert.ThrowsAsync<MillraceException>(() => late.DefaultTimeout())).Reason);
        place.Dispose();
        Assert.Equal((0, 0), (bulkhead.Running, bulkhead.Waiting));
    }

    [Fact]
    public async Task Enter_AfterAStandstillIsOver_MayWaitAgain()
    {
        _options.WaitTarget = TimeSpan.FromMinutes(1);
        var bulkhead = Make();
        var place = await bulkhead.EnterAsync("a", isBatch: false, CancellationToken.None);
        var (slow, late) = (EnterAsync(bulkhead, isBatch: false), EnterAsync(bulkhead, isBatch: false));
        place.Dispose();
        var stuck = await slow.DefaultTimeout();
        _time.Advance(TimeSpan.FromSeconds(4));
        var last = EnterAsync(bulkhead, isBatch: false);
        _time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<MillraceException>(() => late.DefaultTimeout());
        stuck.Dispose();
        var running = await last.DefaultTimeout();

        _time.Advance(TimeSpan.FromHours(1));
        var next = EnterAsync(bulkhead, isBatch: false);

        Assert.False(next.IsCompleted);
        running.Dispose();
        (await next.DefaultTimeout()).Dispose();
    }

    [Fact]
    public async Task Enter_CallerLeaves_GivesUpItsTurn()
    {
        var bulkhead = Make();
        var place = await bulkhead.EnterAsync("a", isBatch: false, CancellationToken.None);
        using var caller = new CancellationTokenSource();
        var waiting = bulkhead.EnterAsync("a", isBatch: false, caller.Token).AsTask();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.DefaultTimeout());
        place.Dispose();
        Assert.Equal((0, 0), (bulkhead.Running, bulkhead.Waiting));
    }

    [Fact]
    public async Task Enter_ManyCallersThatComeLeaveAndEnd_LosesNoPlace()
    {
        _options.ConcurrentMax = 4;
        _options.WaitingMax = 1000;
        var bulkhead = new Bulkhead("test", _options, TimeProvider.System, Telemetry());
        var most = 0;

        await Task.WhenAll(Enumerable.Range(0, 400).Select(index => Task.Run(() => CallAsync(index)))).DefaultTimeout();

        Assert.InRange(most, 1, 4);
        Assert.Equal((0, 0), (bulkhead.Running, bulkhead.Waiting));

        async Task CallAsync(int index)
        {
            using var caller = new CancellationTokenSource();
            try
            {
                var entering = bulkhead.EnterAsync($"{index % 7}", index % 3 == 0, caller.Token);
                if (index % 5 == 0) await caller.CancelAsync();
                using var place = await entering;
                lock (_options) most = Math.Max(most, bulkhead.Running);
                await Task.Yield();
            }
            catch (Exception error) when (error is OperationCanceledException or MillraceException)
            {
                // It left, or was refused.
            }
        }
    }

    // A refusal comes as the task's, as it does to whoever awaits the call.
    private static async Task<Bulkhead.Place> EnterAsync(Bulkhead bulkhead, bool isBatch) =>
        await bulkhead.EnterAsync("a", isBatch, CancellationToken.None);

    private Bulkhead Make() => new("test", _options, _time, Telemetry());

    private ResilienceTelemetry Telemetry() => new(_services.GetRequiredService<IMeterFactory>());
}
