using Millrace.Gateway.Inference;
using Xunit.Abstractions;

namespace Millrace.Gateway.Tests.Inference;

/// <summary>Whether the rules do what they are for, on four members. The figures are in the output.</summary>
public sealed class PoolSimulationTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, 8)]
    [InlineData(2, 48)]
    [InlineData(3, 96)]
    public void Prefix_SessionsOfSharedPrompts_HitsMoreThanTheOthersWithinTheBound(int seed, int active)
    {
        var (prefix, leastLoaded, roundRobin) = RunAll(new SimulationSetup(PoolPolicy.Prefix) { Seed = seed, ActiveSessions = active });

        Assert.Equal(0, prefix.OverBound);
        Assert.True(prefix.HitRate > roundRobin.HitRate + 0.12 && prefix.HitRate > leastLoaded.HitRate + 0.12);
        Assert.True(prefix.MeanMilliseconds < roundRobin.MeanMilliseconds * 0.8);
        Assert.All(prefix.Served, served => Assert.True(served > prefix.Served.Sum() / 8));
    }

    [Theory]
    [InlineData(4, 48)]
    [InlineData(5, 96)]
    public void Prefix_OnePromptGetsNineTenths_Spreads(int seed, int active)
    {
        var (prefix, _, roundRobin) = RunAll(
            new SimulationSetup(PoolPolicy.Prefix) { Seed = seed, ActiveSessions = active, HotShare = 0.9 });

        Assert.Equal(0, prefix.OverBound);
        Assert.True(prefix.HitRate > roundRobin.HitRate + 0.12);

        // Without the bound the first member that saw it would get nine tenths.
        Assert.All(prefix.Served, served => Assert.InRange(served, prefix.Served.Sum() / 20, prefix.Served.Sum() / 2));
    }

    [Fact]
    public void Prefix_MemberDiesAndComesBack_LosesNoRequestAndFillsAgain()
    {
        var (prefix, _, roundRobin) = RunAll(
            new SimulationSetup(PoolPolicy.Prefix) { Seed = 6, ActiveSessions = 48, Outage = (10_000, 20_000) });

        Assert.Equal(0, prefix.OverBound);
        Assert.True(prefix.HitRate > roundRobin.HitRate + 0.12);
        Assert.True(prefix.ServedAfterOutage > prefix.Served[0] / 4);
        Assert.Equal(prefix.Asked, prefix.Finished);
        Assert.True(prefix.Served.Sum() > prefix.Asked);
    }

    [Fact]
    public void Run_SameSeed_IsTheSame()
    {
        var setup = new SimulationSetup(PoolPolicy.Prefix) { Seed = 7, Sessions = 100 };

        Assert.Equal(PoolSimulation.Run(setup).ToString(), PoolSimulation.Run(setup).ToString());
    }

    private (SimulationResult Prefix, SimulationResult LeastLoaded, SimulationResult RoundRobin) RunAll(SimulationSetup setup) =>
        (Run(setup), Run(setup with { Policy = PoolPolicy.LeastLoaded }), Run(setup with { Policy = PoolPolicy.RoundRobin }));

    private SimulationResult Run(SimulationSetup setup)
    {
        var result = PoolSimulation.Run(setup);
        output.WriteLine($"{setup.Policy}, {setup.ActiveSessions} sessions: {result}");
        return result;
    }
}
