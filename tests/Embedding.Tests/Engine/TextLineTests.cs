using Millrace.Embedding.Engine;
using Millrace.LlamaCpp;
using Millrace.TestShared;

namespace Millrace.Embedding.Tests.Engine;

public sealed class TextLineTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(5);
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Take_LoneText_DoesNotWait()
    {
        using var line = NewLine();
        line.TryAdd([Text(3)]);

        Assert.Equal([3], Lengths(line));
        Assert.Equal(0, _time.TimerCount);
    }

    [Fact]
    public async Task Take_CallOnItsWay_IsWaitedForAndNoLonger()
    {
        using var line = NewLine();
        var arrival = line.Arrive();
        line.TryAdd([Text(3)]);

        var taking = Task.Run(() => Lengths(line));
        await _time.UntilTimedAsync().DefaultTimeout();
        line.TryAdd([Text(4)]);
        arrival.Dispose();

        Assert.Equal([3, 4], await taking.DefaultTimeout());
        Assert.Equal(0, _time.TimerCount);
    }

    [Fact]
    public async Task Take_CallThatNeverComes_IsWaitedForAsLongAsTheWindow()
    {
        using var line = NewLine();
        using var arrival = line.Arrive();
        line.TryAdd([Text(3)]);

        var taking = Task.Run(() => Lengths(line));
        await _time.UntilTimedAsync(Window).DefaultTimeout();
        _time.Advance(Window);

        Assert.Equal([3], await taking.DefaultTimeout());
    }

    [Fact]
    public async Task Take_BatchThatBecomesFull_WaitsNoLonger()
    {
        using var line = NewLine(textsMax: 2);
        using var arrival = line.Arrive();
        line.TryAdd([Text(3)]);

        var taking = Task.Run(() => Lengths(line));
        await _time.UntilTimedAsync().DefaultTimeout();
        line.TryAdd([Text(3), Text(3)]);

        Assert.Equal([3, 3], await taking.DefaultTimeout());
    }

    [Fact]
    public void Take_NoWindow_NeverWaits()
    {
        using var line = new TextLine(new BatchLimits(4, 100, 100, TimeSpan.Zero), _time);
        using var arrival = line.Arrive();
        line.TryAdd([Text(3)]);

        Assert.Equal([3], Lengths(line));
    }

    [Fact]
    public void Take_MixedLengths_GroupsLikeOnesWithTheOldest()
    {
        using var line = NewLine(textsMax: 3);
        line.TryAdd([Text(10), Text(90), Text(11), Text(80), Text(9), Text(85)]);

        Assert.Equal([10, 11, 9], Lengths(line));
        Assert.Equal([90], Lengths(line));
        Assert.Equal([80], Lengths(line));
        Assert.Equal([85], Lengths(line));
    }

    [Fact]
    public void Take_StreamOfOtherLengths_OvertakesNobodyForEver()
    {
        var random = new Random(4);
        using var line = NewLine(textsMax: 4, queueMax: 10_000);
        var outlier = Text(60);
        line.TryAdd([.. Enumerable.Range(0, 20).Select(_ => Text(random.Next(1, 4)))]);
        line.TryAdd([outlier]);

        var batch = new List<EncodeJob>();
        for (var batches = 0; !batch.Contains(outlier); batches++)
        {
            Assert.True(batches < 21, "A text at place 20 must be taken by the 21st batch.");
            Assert.True(line.Take(batch));
            line.TryAdd([.. Enumerable.Range(0, 6).Select(_ => Text(random.Next(1, 4)))]);
        }
    }

    [Fact]
    public void Take_TokensBeyondTheBatch_StayInLine()
    {
        using var line = NewLine();
        line.TryAdd([Text(60), Text(60), Text(40)]);

        Assert.Equal([60, 40], Lengths(line).OrderDescending());
        Assert.Equal([60], Lengths(line));
    }

    [Fact]
    public void TryAdd_MoreThanFit_AddsNoneUntilSomeAreLeft()
    {
        using var line = NewLine(queueMax: 3);
        EncodeJob[] first = [Text(1), Text(1)];

        Assert.True(line.TryAdd(first));
        Assert.False(line.TryAdd([Text(2), Text(2)]));
        first[0].Leave();
        Assert.True(line.TryAdd([Text(2), Text(2)]));
        Assert.Equal([1, 2, 2], Lengths(line));
    }

    [Fact]
    public void Take_TextsThatEverybodyLeft_AreDropped()
    {
        using var line = NewLine();
        EncodeJob[] jobs = [Text(1), Text(2), Text(3)];
        line.TryAdd(jobs);

        Assert.True(jobs[1].TryJoin());
        foreach (var job in jobs) job.Leave();

        Assert.Equal([2], Lengths(line));
        Assert.False(jobs[0].TryJoin());
    }

    [Fact]
    public async Task Close_WhileWaited_HandsOutTheRestThenEnds()
    {
        using var line = NewLine();
        var ended = Task.Run(() => line.Take([]));
        line.Close();
        Assert.False(await ended.DefaultTimeout());

        using var other = NewLine();
        using var arrival = other.Arrive();
        other.TryAdd([Text(3)]);
        other.Close();
        Assert.Equal([3], Lengths(other));
        Assert.False(other.TryAdd([Text(1)]));
        Assert.False(other.Take([]));
    }

    [Fact]
    public void Take_TextsThatNobodyWaitsFor_ComeWhenAllOthersAreDoneAndByThemselves()
    {
        using var line = NewLine();
        line.TryAdd([Later(1), Later(2)]);
        line.TryAdd([Text(3)]);

        Assert.Equal([3], Lengths(line));
        line.TryAdd([Text(4)]);
        Assert.Equal([4], Lengths(line));
        Assert.Equal([1, 2], Lengths(line));
    }

    [Fact]
    public void TryAdd_LineFullOfWhatNobodyWaitsFor_HasRoomForOthers()
    {
        using var line = NewLine(queueMax: 2);
        Assert.True(line.TryAdd([Later(1), Later(1)]));
        Assert.False(line.TryAdd([Later(1)]));

        Assert.True(line.TryAdd([Text(2), Text(2)]));
        Assert.False(line.TryAdd([Text(2)]));
        Assert.Equal([2, 2], Lengths(line));
        Assert.Equal([1, 1], Lengths(line));
    }

    [Fact]
    public void Take_CallThatNobodyWaitsForOnItsWay_IsNotWaitedFor()
    {
        using var line = NewLine();
        using var arrival = line.Arrive(isLater: true);
        line.TryAdd([Text(3)]);

        Assert.Equal([3], Lengths(line));
        Assert.Equal(0, _time.TimerCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Hurry_TextThatIsWaitedForNow_GoesWithTheOthers(bool isInLine)
    {
        using var line = NewLine(textsMax: 2);
        var shared = Later(5);
        if (!isInLine) line.Hurry(shared);
        line.TryAdd([Later(1), shared]);
        line.Hurry(shared);
        line.TryAdd([Text(4)]);

        Assert.Equal([5, 4], Lengths(line));
        Assert.Equal([1], Lengths(line));
    }

    [Fact]
    public void Close_WithWhatNobodyWaitsFor_HandsItOut()
    {
        using var line = NewLine();
        line.TryAdd([Later(1)]);
        line.Close();

        Assert.Equal([1], Lengths(line));
        Assert.False(line.Take([]));
    }

    private TextLine NewLine(int textsMax = 4, int queueMax = 100) => new(new BatchLimits(textsMax, 100, queueMax, Window), _time);

    private static EncodeJob Text(int tokens) => new(new LlamaToken[tokens]);

    private static EncodeJob Later(int tokens) => new(new LlamaToken[tokens], isLater: true);

    private static List<int> Lengths(TextLine line)
    {
        List<EncodeJob> batch = [];
        Assert.True(line.Take(batch));
        return [.. batch.Select(job => job.Tokens.Length)];
    }
}
