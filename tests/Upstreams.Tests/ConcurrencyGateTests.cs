using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Upstreams.Tests;

public sealed class ConcurrencyGateTests
{
    private readonly ConcurrencyGate _gate = new("far", concurrencyMax: 1, queueDepthMax: 4, new ManualTimeProvider());

    [Fact]
    public async Task EnterAsync_KeysWait_TakeTurnsWhoeverCameFirst()
    {
        var order = new List<string>();
        var running = await _gate.EnterAsync("a", isBatch: false, CancellationToken.None);
        string[] keys = ["a", "a", "b"];
        var waiting = keys.Select(key => WaitAsync(key, order)).ToList();

        running.Dispose();
        await Task.WhenAll(waiting).DefaultTimeout();

        Assert.Equal(["a", "b", "a"], order);
        Assert.Equal((0, 0), (_gate.Running, _gate.Waiting));
    }

    [Fact]
    public async Task EnterAsync_BatchWaits_GoesAfterInteractive()
    {
        var order = new List<string>();
        var running = await _gate.EnterAsync("a", isBatch: false, CancellationToken.None);
        List<Task> waiting = [WaitAsync("batch", order, isBatch: true), WaitAsync("interactive", order)];

        running.Dispose();
        await Task.WhenAll(waiting).DefaultTimeout();

        Assert.Equal(["interactive", "batch"], order);
    }

    [Fact]
    public async Task EnterAsync_CancelledWhileItWaits_LeavesTheLine()
    {
        using var running = await _gate.EnterAsync("a", isBatch: false, CancellationToken.None);
        using var cancel = new CancellationTokenSource();
        var waiting = _gate.EnterAsync("a", isBatch: false, cancel.Token).AsTask();
        Assert.Equal(1, _gate.Waiting);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting).DefaultTimeout();
        Assert.Equal((1, 0), (_gate.Running, _gate.Waiting));
    }

    [Fact]
    public async Task EnterAsync_LineIsFull_IsRefusedWithAHint()
    {
        using var running = await _gate.EnterAsync("a", isBatch: false, CancellationToken.None);
        using var cancel = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 4).Select(_ => _gate.EnterAsync("a", isBatch: false, cancel.Token).AsTask()).ToList();

        var error = await Assert.ThrowsAsync<MillraceException>(
            () => _gate.EnterAsync("b", isBatch: false, CancellationToken.None).AsTask());

        Assert.Equal(Reason.QueueFull, error.Reason);
        Assert.NotNull(error.RetryAfter);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(waiting)).DefaultTimeout();
    }

    private async Task WaitAsync(string key, List<string> order, bool isBatch = false)
    {
        using var place = await _gate.EnterAsync(key, isBatch, CancellationToken.None);
        order.Add(key);
    }
}
