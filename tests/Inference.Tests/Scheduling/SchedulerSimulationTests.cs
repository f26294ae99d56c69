using Millrace.Inference.Scheduling;

namespace Millrace.Inference.Tests.Scheduling;

/// <summary>
/// Thousands of steps with arrivals, ends, cancellations, failed steps, shared beginnings, adapters and proposed tokens, all from a seed;
/// the
/// conservation laws hold after each.
/// </summary>
public sealed class SchedulerSimulationTests
{
    private const int Steps = 3000;

    /// <summary>Sizes: slots, cells, step tokens. Negative cells: each slot has its own.</summary>
    private static readonly Dictionary<string, (int Slots, int Cells, int StepTokens)> Sizes = new()
    {
        ["roomy"] = (8, 2048, 512),
        ["narrow"] = (4, 300, 64),
        ["one slot"] = (1, 256, 16),
        ["crowded"] = (16, 512, 16),
        ["tiny steps"] = (3, 1000, 7),
        ["own cells"] = (8, -1600, 64),
        ["few own cells"] = (3, -600, 16),
    };

    [Theory]
    [InlineData("roomy", 24, 0)]
    [InlineData("roomy", 24, 1500)]
    [InlineData("narrow", 8, 0)]
    [InlineData("narrow", 3, 400)]
    [InlineData("narrow", 0, 0)]
    [InlineData("one slot", 2, 0)]
    [InlineData("crowded", 3, 0)]
    [InlineData("crowded", 60, 500)]
    [InlineData("tiny steps", 40, 0)]
    [InlineData("own cells", 16, 1000)]
    [InlineData("own cells", 0, 0)]
    [InlineData("few own cells", 40, 300)]
    public void Simulation_AnyWorld_LosesNothing(string size, int cached, int aside)
    {
        var (slots, cells, stepTokens) = Sizes[size];
        var limits = new SchedulerLimits
        {
            SlotsMax = slots, QueueDepthMax = 64, KvCells = Math.Abs(cells), SharesCells = cells > 0, StepTokensMax = stepTokens,
            CachedSequencesMax = cached, StashedTokensMax = aside,
        };
        var world = new SimulatedWorld(slots + cached, limits);

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
