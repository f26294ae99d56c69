using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Gateway.Inference;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Inference;

public sealed class PoolWatcherTests
{
    private static readonly (string, string)[] AskedOften =
        [("Gateway:PoolStatusInterval", "00:00:00.020"), ("Gateway:PoolIdleInterval", "00:00:00.020")];

    private static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Watch_NoRequestRuns_AsksEveryTwoSeconds()
    {
        var time = new ManualTimeProvider();
        await using var platform = await Platform.StartAsync(memberCount: 1, time);
        var (count, asked) = await CountedAsync(platform.Inference);
        await TickAsync(time, asked, Idle);

        for (var tick = 0; tick < 7; tick++) time.Advance(Busy);
        var before = count();
        await TickAsync(time, asked, Busy);

        Assert.Equal((1, 2), (before, count()));
    }

    [Fact]
    public async Task Watch_RequestRuns_AsksEveryQuarterOfASecond()
    {
        var time = new ManualTimeProvider();
        await using var platform = await Platform.StartAsync(memberCount: 1, time);
        var (count, asked) = await CountedAsync(platform.Inference);
        await TickAsync(time, asked, Idle);
        var member = platform.Gateway.Services.GetRequiredService<PoolMembers>().All.Single();

        using (member.Enter([]))
            for (var tick = 0; tick < 4; tick++) await TickAsync(time, asked, Busy);

        Assert.Equal(5, count());
    }

    [Fact]
    public async Task Watch_MemberStops_IsNotWellUntilItAnswersAgain()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2, null, AskedOften);
        var member = platform.Gateway.Services.GetRequiredService<PoolMembers>().All[0];
        using var lease = member.Enter([5]);
        platform.Members[0].Status = () => throw new RpcException(new Status(StatusCode.Unavailable, "away"));
        await UntilAsync(platform.Members[1], () => !member.IsWell);
        Assert.Equal(0, member.Look([5]).MatchedKeys);

        platform.Members[0].Status = () => FakeInference.StatusOf([5]);
        await UntilAsync(platform.Members[1], () => member.IsWell);

        Assert.Equal(1, member.Look([5]).MatchedKeys);
    }

    [Fact]
    public async Task Watch_MemberDoesNotKnowTheQuestion_IsWell()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2, null, AskedOften);
        var member = platform.Gateway.Services.GetRequiredService<PoolMembers>().All[0];
        platform.Members[0].Status = () => throw new RpcException(new Status(StatusCode.Unimplemented, "what?"));
        for (var times = 0; times < 3; times++) await platform.Members[1].Asked.DefaultTimeout();

        Assert.True(member.IsWell);
    }

    [Fact]
    public async Task Watch_OneMemberIsSlow_OthersAreStillAsked()
    {
        await using var platform = await Platform.StartAsync(
            memberCount: 2, null, [.. AskedOften, ("Gateway:PoolStatusTimeout", "00:05:00")]);
        using var goOn = new ManualResetEventSlim();
        var calls = 0;
        platform.Members[0].Status = () =>
        {
            Interlocked.Increment(ref calls);
            goOn.Wait();
            return FakeInference.StatusOf([]);
        };

        for (var times = 0; times < 12; times++) await platform.Members[1].Asked.DefaultTimeout();
        var seen = Volatile.Read(ref calls);
        goOn.Set();

        Assert.InRange(seen, 0, 1);
    }

    [Fact]
    public async Task Watch_MemberHangs_IsNotWell()
    {
        await using var platform = await Platform.StartAsync(
            memberCount: 2, null, [.. AskedOften, ("Gateway:PoolStatusTimeout", "00:00:00.050")]);
        var member = platform.Gateway.Services.GetRequiredService<PoolMembers>().All[0];
        using var goOn = new ManualResetEventSlim();
        platform.Members[0].Status = () =>
        {
            goOn.Wait();
            return FakeInference.StatusOf([]);
        };

        await UntilAsync(platform.Members[1], () => !member.IsWell);
        goOn.Set();
    }

    [Fact]
    public async Task Stop_QuestionStillOpen_IsNoError()
    {
        await using var platform = await Platform.StartAsync(memberCount: 1, null, AskedOften);
        using var goOn = new ManualResetEventSlim();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        platform.Inference.Status = () =>
        {
            asked.TrySetResult();
            goOn.Wait();
            return FakeInference.StatusOf([]);
        };
        await asked.Task.DefaultTimeout();

        await platform.Gateway.DisposeAsync();

        Assert.Empty(platform.Gateway.Errors);
        goOn.Set();
    }

    // The first question comes with the start, and counts no more than its time does.
    private static async Task<(Func<int> Count, SemaphoreSlim Asked)> CountedAsync(FakeInference member)
    {
        var next = member.Asked;
        if (member.StatusCalls == 0) await next.DefaultTimeout();
        var count = 0;
        var asked = new SemaphoreSlim(0);
        var status = member.Status;
        member.Status = () =>
        {
            Interlocked.Increment(ref count);
            asked.Release();
            return status();
        };
        return (() => Volatile.Read(ref count), asked);
    }

    // The question before this one may still be open; a tick that comes meanwhile is kept for later.
    private static async Task TickAsync(ManualTimeProvider time, SemaphoreSlim asked, TimeSpan by)
    {
        time.Advance(by);
        Assert.True(await asked.WaitAsync(TaskTimeouts.Default));
    }

    private static async Task UntilAsync(FakeInference clock, Func<bool> condition)
    {
        for (var times = 0; times < 100 && !condition(); times++) await clock.Asked.DefaultTimeout();
        Assert.True(condition());
    }
}
