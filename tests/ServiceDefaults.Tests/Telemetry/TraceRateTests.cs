using System.Diagnostics;
using Millrace.ServiceDefaults.Telemetry;
using Millrace.TestShared;
using OpenTelemetry.Trace;

namespace Millrace.ServiceDefaults.Tests.Telemetry;

public sealed class TraceRateTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void ShouldSample_MoreThanTheRateAtOnce_TakesASecondsWorth()
    {
        var sampler = TraceRate.Of(new TraceRateOptions { TracesPerSecondMax = 20 }, _time);

        Assert.Equal(20, Sampled(sampler, 100));
        Assert.Equal(0, Sampled(sampler, 100));
    }

    [Fact]
    public void ShouldSample_TimePasses_GrowsWithItUpToASecond()
    {
        var sampler = TraceRate.Of(new TraceRateOptions { TracesPerSecondMax = 20 }, _time);
        Sampled(sampler, 100);

        _time.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Equal(5, Sampled(sampler, 100));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(20, Sampled(sampler, 100));
    }

    [Fact]
    public void ShouldSample_SteadyRequestsBelowTheRate_TakesAll()
    {
        var sampler = TraceRate.Of(new TraceRateOptions { TracesPerSecondMax = 20 }, _time);
        var sampled = 0;
        for (var request = 0; request < 100; request++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            sampled += Sampled(sampler, 1);
        }

        Assert.Equal(100, sampled);
    }

    [Fact]
    public void ShouldSample_NoneAllowed_TakesNone() =>
        Assert.Equal(0, Sampled(TraceRate.Of(new TraceRateOptions { TracesPerSecondMax = 0 }, _time), 10));

    [Theory]
    [InlineData(true, 100)]
    [InlineData(false, 1)]
    public void ShouldSample_CallersRecordTheirs_FollowsThemOnlyWhereToldTo(bool follows, int expected)
    {
        var sampler = TraceRate.Of(new TraceRateOptions { TracesPerSecondMax = 1, FollowsCallers = follows }, _time);

        Assert.Equal(expected, Sampled(sampler, 100, Caller(ActivityTraceFlags.Recorded)));
    }

    [Fact]
    public void ShouldSample_CallersDoNotRecordTheirs_TakesNone() =>
        Assert.Equal(0, Sampled(TraceRate.Of(new TraceRateOptions(), _time), 10, Caller(ActivityTraceFlags.None)));

    [Fact]
    public async Task ShouldSample_ManyAtOnce_TakesNoMoreThanTheRate()
    {
        var sampler = TraceRate.Of(new TraceRateOptions { TracesPerSecondMax = 1_000 }, _time);

        var sampled = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Sampled(sampler, 1_000))));

        Assert.Equal(1_000, sampled.Sum());
    }

    private static ActivityContext Caller(ActivityTraceFlags flags) =>
        new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), flags, isRemote: true);

    private static int Sampled(Sampler sampler, int requests, ActivityContext caller = default) => Enumerable.Range(0, requests).Count(
        _ => sampler.ShouldSample(new SamplingParameters(caller, ActivityTraceId.CreateRandom(), "request", ActivityKind.Server)).Decision
            == SamplingDecision.RecordAndSample);
}
