using Microsoft.Extensions.Options;
using Millrace.Gateway.Inference;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Inference;

public sealed class HedgeTimerTests
{
    private const string Model = "plain";
    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData("off", null)]
    [InlineData("00:00:00", null)]
    [InlineData("00:00:00.250", 250)]
    public void Begin_FixedSetting_IsThat(string setting, int? milliseconds)
    {
        TimeSpan? expected = milliseconds is { } some ? TimeSpan.FromMilliseconds(some) : null;

        Assert.Equal(expected, Timer(setting).Begin(Model));
    }

    [Fact]
    public void Begin_RecentAnswers_IsTheTimeInWhich95PercentHadBegun()
    {
        var timer = Timer();
        foreach (var milliseconds in Enumerable.Range(1, 100)) timer.Begun(Model, TimeSpan.FromMilliseconds(milliseconds * 10));

        Assert.Equal(TimeSpan.FromMilliseconds(950), timer.Begin(Model));
        Assert.Null(timer.Begin("another"));
    }

    [Fact]
    public void Begin_FewerAnswersThanItTakes_IsNever()
    {
        var timer = Timer();
        for (var i = 1; i < RecentBeginnings.WarmUp; i++) timer.Begun(Model, TimeSpan.FromSeconds(1));
        Assert.Null(timer.Begin(Model));

        timer.Begun(Model, TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(1), timer.Begin(Model));
    }

    [Fact]
    public void Begin_AnswersOfLongAgo_CountNoMore()
    {
        var timer = Timer();
        Fill(timer, TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.NotNull(timer.Begin(Model));

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(timer.Begin(Model));
    }

    [Fact]
    public void Begin_FastAnswers_IsNotBelowTheShortestSilence()
    {
        var timer = Timer();
        Fill(timer, TimeSpan.FromMilliseconds(2));

        Assert.Equal(TimeSpan.FromMilliseconds(50), timer.Begin(Model));
    }

    [Fact]
    public void Begin_ManyMoreAnswersThanAreRemembered_TellsOfTheLastOnes()
    {
        var timer = Timer();
        for (var i = 0; i < 1000; i++) timer.Begun(Model, TimeSpan.FromSeconds(9));
        for (var i = 0; i < 256; i++) timer.Begun(Model, TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(1), timer.Begin(Model));
    }

    [Fact]
    public void TrySpend_EverythingIsSlow_LetsATenthAskTwice()
    {
        var timer = Timer();
        Fill(timer, TimeSpan.FromSeconds(1));

        var twice = 0;
        for (var i = 0; i < 200; i++)
        {
            timer.Begin(Model);
            if (timer.TrySpend(Model)) twice++;
        }

        Assert.InRange(twice, 19, 22);
    }

    [Theory]
    [InlineData("p95", true)]
    [InlineData("off", true)]
    [InlineData("00:00:01", true)]
    [InlineData("p99", false)]
    [InlineData("-00:00:01", false)]
    [InlineData("", false)]
    public void Validate_Setting_IsUnderstoodOrRefused(string setting, bool isValid)
    {
        var failures = new GatewayOptions { HedgeAfter = setting }.Validate().ToList();

        Assert.Equal(isValid, failures.Count == 0);
        if (!isValid) Assert.Contains("p95", failures.Single(), StringComparison.Ordinal);
    }

    private static void Fill(HedgeTimer timer, TimeSpan after)
    {
        for (var i = 0; i < RecentBeginnings.WarmUp; i++) timer.Begun(Model, after);
    }

    private HedgeTimer Timer(string setting = "p95") => new(Options.Create(new GatewayOptions { HedgeAfter = setting }), _time);
}
