using Millrace.Gateway.Explaining;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Explaining;

public sealed class RunTimelineTests
{
    private static readonly TimeSpan Ms = TimeSpan.FromMilliseconds(1);

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Overhead_ModelsAwaitedSideBySide_CountOnce()
    {
        var timeline = new RunTimeline(_time, _time.GetTimestamp());
        _time.Advance(5 * Ms);
        var first = timeline.AwaitModel();
        _time.Advance(10 * Ms);
        var second = timeline.AwaitModel();
        _time.Advance(20 * Ms);
        first.Dispose();
        _time.Advance(30 * Ms);
        second.Dispose();
        _time.Advance(2 * Ms);

        Assert.Equal((67 * Ms, 60 * Ms, 7 * Ms), (timeline.Elapsed, timeline.Model, timeline.Overhead));
    }

    [Fact]
    public void Model_StillAwaited_CountsUpToNow()
    {
        var timeline = new RunTimeline(_time, _time.GetTimestamp());
        using var wait = timeline.AwaitModel();
        _time.Advance(3 * Ms);

        Assert.Equal((3 * Ms, TimeSpan.Zero), (timeline.Model, timeline.Overhead));
    }

    [Fact]
    public void Model_WorkMeanwhile_DoesNotCount()
    {
        var timeline = new RunTimeline(_time, _time.GetTimestamp());
        var wait = timeline.AwaitModel();
        _time.Advance(10 * Ms);
        var work = timeline.Work();
        _time.Advance(4 * Ms);
        work.Dispose();
        _time.Advance(20 * Ms);
        wait.Dispose();

        Assert.Equal((30 * Ms, 4 * Ms), (timeline.Model, timeline.Overhead));
    }

    [Fact]
    public void Steps_EndedOutOfOrder_AreToldInTheOrderOfTheirBeginnings()
    {
        var timeline = new RunTimeline(_time, _time.GetTimestamp());
        var outer = _time.GetTimestamp();
        _time.Advance(Ms);
        var inner = _time.GetTimestamp();
        _time.Advance(Ms);
        timeline.Add("inner", inner);
        timeline.Add("outer", outer);

        Assert.Equal([new TimedStep("outer", TimeSpan.Zero, 2 * Ms), new TimedStep("inner", Ms, Ms)], timeline.Steps);
    }
}
