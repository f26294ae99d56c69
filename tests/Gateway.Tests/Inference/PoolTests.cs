using System.Net;
using Grpc.Core;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Inference;

public sealed class PoolTests
{
    private static readonly object[] Messages = [new { role = "user", content = "Say it" }];

    [Fact]
    public async Task Generate_MemberFailsBeforeFirstToken_GoesToAnother()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2);
        platform.Members[0].Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            throw new RpcException(new Status(StatusCode.Unavailable, "killed"));
        };

        for (var request = 0; request < 4; request++) await platform.AskAsync("plain", "Say it");

        Assert.Single(platform.Members[0].Requests);
        Assert.Equal(4, platform.Members[1].Requests.Count);
    }

    [Fact]
    public async Task Generate_MemberStopped_GoesToAnother()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2);
        await platform.AskAsync("plain", "Say it");
        await platform.StopMemberAsync(0);

        for (var request = 0; request < 3; request++) await platform.AskAsync("plain", "Say it");

        Assert.NotEmpty(platform.Members[1].Requests);
    }

    [Fact]
    public async Task Generate_CoolDownOver_TriesTheMemberAgain()
    {
        var time = new ManualTimeProvider();
        await using var platform = await Platform.StartAsync(memberCount: 2, time);
        var script = platform.Members[0].Script;
        platform.Members[0].Script = (_, _) => throw new RpcException(new Status(StatusCode.Unavailable, "away"));
        await platform.AskAsync("plain", "Say it");
        platform.Members[0].Script = script;

        await platform.AskAsync("plain", "Say more");
        Assert.Equal((1, 2), (platform.Members[0].Requests.Count, platform.Members[1].Requests.Count));
        time.Advance(TimeSpan.FromSeconds(3));
        foreach (var question in new[] { "Say two", "Say three" }) await platform.AskAsync("plain", question);

        Assert.Equal((2, 3), (platform.Members[0].Requests.Count, platform.Members[1].Requests.Count));
    }

    [Fact]
    public async Task Generate_OneMemberBusy_GoesToTheIdleOne()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        platform.Members[0].Script = async (_, speaker) =>
        {
            begun.TrySetResult();
            await goOn.Task;
            await speaker.SayAsync("Late.");
        };
        var late = platform.AskAsync("plain", "Say it");
        await begun.Task.DefaultTimeout();

        await platform.AskAsync("plain", "Say more");
        await platform.AskAsync("plain", "Say two");

        goOn.SetResult();
        await late.DefaultTimeout();
        Assert.Equal((1, 2), (platform.Members[0].Requests.Count, platform.Members[1].Requests.Count));
    }

    [Fact]
    public async Task Generate_FullQueueEverywhere_IsTooManyRequests()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2);
        foreach (var member in platform.Members)
            member.Script = (_, _) => throw new ServiceDefaults.Errors.MillraceException(
                ServiceDefaults.Errors.Reason.QueueFull, "The queue is full.")
            {
                RetryAfter = TimeSpan.FromMilliseconds(1500),
            };

        using var response = await platform.ChatAsync(new { model = "plain", messages = Messages });

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal("1500", response.Headers.GetValues("retry-after-ms").Single());
        Assert.All(platform.Members, member => Assert.Single(member.Requests));
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, HttpStatusCode.ServiceUnavailable)]
    [InlineData(StatusCode.DeadlineExceeded, HttpStatusCode.GatewayTimeout)]
    public async Task Generate_FailsAfterTheFirstToken_SaysWhoseFaultItWas(StatusCode status, HttpStatusCode answer)
    {
        await using var platform = await Platform.StartAsync(memberCount: 2);
        platform.Members[0].Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("Half ");
            throw new RpcException(new Status(status, "over"));
        };

        using var response = await platform.ChatAsync(new { model = "plain", messages = Messages });

        Assert.Equal(answer, response.StatusCode);
        Assert.Empty(platform.Members[1].Requests);
    }

    [Fact]
    public async Task Generate_StreamEndsBeforeTheFirstToken_GoesToAnother()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2);
        platform.Members[0].Script = (_, speaker) => speaker.StartAsync();

        var answer = await platform.AskAsync("plain", "Say it");

        Assert.Equal("Hello there.", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.All(platform.Members, member => Assert.Single(member.Requests));
    }

    [Fact]
    public async Task Generate_StreamEndsBeforeAllChoicesDo_IsNoWholeAnswer()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("Whole.", choice: 0);
            await speaker.FinishAsync(choice: 0);
            await speaker.TokenAsync("Ha", choice: 1);
        };

        using var response = await platform.ChatAsync(new { model = "plain", messages = Messages, n = 2 });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task Generate_OnlyOneMemberHasTheModel_GoesThere()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2);
        platform.Members[1].Model = "special";

        for (var request = 0; request < 3; request++) await platform.AskAsync("special", "Say it");

        Assert.Equal(3, platform.Members[1].Requests.Count);
    }
}
