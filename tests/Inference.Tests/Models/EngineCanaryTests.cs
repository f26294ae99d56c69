using Millrace.Inference.Models;
using Millrace.Inference.Tests.Engine;
using Millrace.TestShared;
using static Millrace.Inference.Tests.Engine.EngineFixture;

namespace Millrace.Inference.Tests.Models;

public sealed class EngineCanaryTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task CheckAsync_IdleEngine_IsAskedForOneToken()
    {
        var runner = new FakeRunner(1000);
        await using var engine = StartCaching(runner);

        Assert.Null(await new EngineCanary(TimeProvider.System).CheckAsync(engine, Limit, default).DefaultTimeout());

        Assert.Equal(1, runner.Steps);
    }

    [Fact]
    public async Task CheckAsync_EngineWorkedSinceTheLastTime_IsNotTroubled()
    {
        var runner = new FakeRunner(1000);
        await using var engine = StartCaching(runner);
        var canary = new EngineCanary(TimeProvider.System);
        await canary.CheckAsync(engine, Limit, default).DefaultTimeout();
        await AskAsync(engine, Greedy([1, 2, 3], 5));
        var steps = runner.Steps;

        Assert.Null(await canary.CheckAsync(engine, Limit, default).DefaultTimeout());

        Assert.Equal(steps, runner.Steps);
    }

    [Fact]
    public async Task CheckAsync_EngineHangs_SaysSoAfterTheLimit()
    {
        using var gate = new SemaphoreSlim(0);
        var time = new ManualTimeProvider();
        await using var engine = StartCaching(new FakeRunner(1000, gate));

        var check = new EngineCanary(time).CheckAsync(engine, Limit, default);
        await time.AdvanceWhenTimedAsync(Limit);

        Assert.Contains("no token within 5 s", await check.DefaultTimeout());
        gate.Release(1000);
    }

    [Fact]
    public async Task CheckAsync_EngineFailed_SaysSo()
    {
        var runner = new FakeRunner(1000);
        runner.Faults.Enqueue(() => throw new InvalidOperationException("A defect."));
        await using var engine = StartCaching(runner);
        var canary = new EngineCanary(TimeProvider.System);

        Assert.NotNull(await canary.CheckAsync(engine, Limit, default).DefaultTimeout());
        Assert.Equal("it failed on a defect", await canary.CheckAsync(engine, Limit, default).DefaultTimeout());
    }
}
