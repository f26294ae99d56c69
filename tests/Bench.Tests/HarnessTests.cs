using Millrace.Bench.Harness;

namespace Millrace.Bench.Tests;

public sealed class HarnessTests
{
    [Fact]
    public async Task Rounds_TwoContestants_TakeTurnsAfterAWarmUpThatDoesNotCount()
    {
        List<string> order = [];
        var results = await Rounds.RunAsync<int>(
            2, [Contestant("a", order), Contestant("b", order)], _ => { }, CancellationToken.None);

        Assert.Equal(["b0", "a0", "a1", "b1", "b2", "a2"], order);
        Assert.Equal([1, 2], results["a"]);
    }

    [Fact]
    public async Task Rounds_WithoutWarmUp_BeginWithTheFirst()
    {
        List<string> order = [];
        await Rounds.RunAsync<int>(
            1, [Contestant("a", order), Contestant("b", order)], _ => { }, CancellationToken.None, warmUp: false);

        Assert.Equal(["a1", "b1"], order);
    }

    [Theory]
    [InlineData(new[] { 3.0, 1, 2 }, 2)]
    [InlineData(new[] { 4.0, 1, 2, 3 }, 2.5)]
    [InlineData(new[] { 7.0 }, 7)]
    public void Median_OfValues_IsTheMiddle(double[] values, double expected) => Assert.Equal(expected, new Samples(values).Median);

    [Theory]
    [InlineData(0.5, 50)]
    [InlineData(0.99, 99)]
    [InlineData(1, 100)]
    public void Percentile_OfOneToAHundred_IsTheNumber(double share, double expected) =>
        Assert.Equal(expected, new Samples(Enumerable.Range(1, 100).Select(i => (double)i)).Percentile(share));

    [Fact]
    public void Samples_WithoutValues_AreRefused() => Assert.Throws<ArgumentException>(() => new Samples());

    [Fact]
    public void Compare_RoundsOfUnequalSpeed_TakesTheMedianOfEachRoundsRatio()
    {
        // The machine was half as fast in the second round, for both.
        var row = BenchRow.Compare(("x", new(10, 5, 10)), "1/s", ("y", new(20, 10, 10)), Target.AtLeast(0.5));

        Assert.Equal(0.5, row.Ratio);
        Assert.True(row.Met);
        Assert.Equal("0.500..1.00", row.Spread);
    }

    [Theory]
    [InlineData(0.96, false)]
    [InlineData(0.97, true)]
    public void Target_AtLeast_IsMetFromItsBoundOn(double value, bool met) => Assert.Equal(met, Target.AtLeast(0.97).IsMet(value));

    [Fact]
    public void Table_MissedTarget_SaysSo()
    {
        var table = ResultTable.Format([BenchRow.Of("requests lost", new Samples(3), "of 100", Target.AtMost(0))]);

        Assert.Contains("<= 0 MISSED", table, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("engine", "--quick")]
    [InlineData("--list")]
    [InlineData("all", "--gpu", "--only=8b")]
    [InlineData("vectorindex", "--vectors=some.fvecs")]
    public void Parse_UsableArguments_AreTaken(params string[] args) => Assert.NotNull(BenchOptions.Parse(args));

    [Theory]
    [InlineData]
    [InlineData("engine", "queue")]
    [InlineData("engine", "--fast")]
    public void Parse_UnusableArguments_AreRefused(params string[] args) => Assert.Null(BenchOptions.Parse(args));

    [Fact]
    public async Task Run_UnknownName_PrintsTheUsage()
    {
        var output = new StringWriter();

        var code = await new BenchCommand([], output).RunAsync(["nothing"], CancellationToken.None);

        Assert.Equal(2, code);
        Assert.Contains("usage:", output.ToString(), StringComparison.Ordinal);
    }

    private static Contestant<int> Contestant(string name, List<string> order) => new(name, (round, _) =>
    {
        order.Add($"{name}{round}");
        return Task.FromResult(round);
    });
}
