using Millrace.Inference.Scheduling;

namespace Millrace.Inference.Tests.Scheduling;

/// <summary>
/// Thousands of steps with arrivals, ends, cancellations, failed steps, shared beginnings, adapters and proposed tokens, all from a seed; the
/// conservation laws hold after each.
/// </summary>
public sealed class SchedulerSimulationTests
{
    private const int Steps = 3000;

    public static TheoryData<int, int, int, int, int, int> Worlds => new()
    {
        // seed, slots, cells (negative: each slot has its own), step tokens, cached sequences, their tokens in memory
        { 1, 8, 2048, 512, 24, 0 },
        { 2, 4, 300, 64, 8, 0 },
        { 3, 1, 256, 16, 2, 0 },
        { 4, 16, 512, 16, 3, 0 },
        { 5, 8, 260, 300, 0, 0 },
        { 6, 3, 1000, 7, 40, 0 },
        { 7, 8, 4096, 128, 60, 0 },
        { 8, 8, 2048, 512, 24, 1500 },
        { 9, 4, 300, 64, 3, 400 },
        { 10, 8, -1600, 64, 16, 1000 },
        { 11, 3, -600, 16, 40, 300 },
        { 12, 6, -1300, 128, 0, 0 },
    };

    [Theory]
    [MemberData(nameof(Worlds))]
    public void Simulation_AnyWorld_LosesNothing(int seed, int slots, int cells, int stepTokens, int cached, int aside)
    {
        var limits = new SchedulerLimits
        {
            SlotsMax = slots, QueueDepthMax = 64, KvCells = Math.Abs(cells), SharesCells = cells > 0, StepTokensMax = stepTokens,
            CachedSequencesMax = cached, StashedTokensMax = aside,
        };
        var world = new SimulatedWorld(seed, limits);

        for (var step = 0; step < Steps; step++) world.Step(arrivals: true);
        var toDrain = world.Open;
        for (var step = 0; step < 1_000_000 && world.Open > 0; step++) world.Step(arrivals: false);

        Assert.True(toDrain > 0, "Nothing was left to drain: the world was not loaded.");
        Assert.Equal(0, world.Open);
        Assert.Equal(world.Accepted, world.Finished + world.Cancelled);
        Assert.True(world.Finished > 50, $"Only {world.Finished} sequences finished.");
        Assert.True(world.Scheduler.IsIdle);
        Assert.Equal(0, world.Scheduler.Cache.Pinned);
        Assert.Equal(cached > 0 || cells < 0, world.TokensShared > 0);
    }

    [Fact]
    public void Simulation_SmallCache_PreemptsAndStillFinishes()
    {
        var limits = new SchedulerLimits
        {
            SlotsMax = 8, QueueDepthMax = 64, KvCells = 256, StepTokensMax = 64, CachedSequencesMax = 16,
        };
        var world = new SimulatedWorld(7, limits);

        for (var step = 0; step < Steps; step++) world.Step(arrivals: true);

        Assert.True(world.Scheduler.PreemptionsTotal > 20, $"{world.Scheduler.PreemptionsTotal} preemptions.");
        Assert.True(world.Finished > 50);
    }
}
