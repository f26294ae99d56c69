using System.Text;
using Grpc.Core;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;
using Millrace.Upstreams.Tests;

namespace Millrace.Inference.Tests.Upstreams;

/// <summary>Every way in which a server can misbehave ends in a clean retry or in a typed error, and never in silence.</summary>
public sealed class UpstreamFailureTests
{
    private static readonly TimeSpan FirstTokenTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(529)]
    public async Task Generate_FailsOnce_IsTriedAgain(int status)
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Status(status), Behave.Events(OpenAi.Whole("Hi")));
        await using var member = await UpstreamMember.StartAsync(fake);

        Assert.Equal("Hi", (await member.AskAsync()).Text);
        Assert.Equal(2, fake.Count);
    }

    [Fact]
    public async Task Generate_AlwaysFails_EndsAfterTheRetriesWithUpstreamUnavailable()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Status(500, """{"error":{"message":"boom"}}"""));
        await using var member = await UpstreamMember.StartAsync(fake);

        var error = await member.FailAsync();

        Assert.Equal(Reason.UpstreamUnavailable, error.Reason);
        Assert.Contains("'far' failed with 500 (InternalServerError): boom", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, fake.Count);
    }

    [Fact]
    public async Task Generate_ConnectionCutBeforeTheFirstToken_IsTriedAgain()
    {
        await using var fake = await FakeUpstream.StartAsync(
            Behave.Cut, Behave.EventsThen([OpenAi.Role], Behave.Cut), Behave.Events(OpenAi.Whole("Hi")));
        await using var member = await UpstreamMember.StartAsync(fake);

        Assert.Equal("Hi", (await member.AskAsync()).Text);
        Assert.Equal(3, fake.Count);
    }

    [Fact]
    public async Task Generate_StreamClosedBeforeTheFirstToken_IsTriedAgain()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(OpenAi.Role), Behave.Events(OpenAi.Whole("Hi")));
        await using var member = await UpstreamMember.StartAsync(fake);

        Assert.Equal("Hi", (await member.AskAsync()).Text);
    }

    [Fact]
    public async Task Generate_NobodyListens_IsUpstreamUnavailable()
    {
        var fake = await FakeUpstream.StartAsync(Behave.Hang);
        await using var member = await UpstreamMember.StartAsync(fake);
        await fake.DisposeAsync();

        var error = await member.FailAsync();

        Assert.Equal(Reason.UpstreamUnavailable, error.Reason);
        Assert.Contains("cannot be reached (ConnectionRefused)", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> BreakOffs => new()
    {
        { "cut", "closed the connection" },
        { "close", "closed its stream before the answer was complete" },
        { "half an event", "closed its stream before the answer was complete" },
        { "half a character", "closed its stream before the answer was complete" },
        { "broken character", "no valid JSON" },
        { "no JSON", "no valid JSON" },
        { "error", "failed with an error while it answered: overloaded" },
        { "done without reason", "ended without saying why" },
        { "unknown choice", "more choices than were asked for" },
        { "after the end", "went on after it had finished" },
        { "giant event", "an event of more than 1048576 bytes" },
    };

    [Theory]
    [MemberData(nameof(BreakOffs))]
    public async Task Generate_BreaksOffWhileItAnswers_IsATypedErrorAfterTheTextSoFar(string how, string message)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var fake = await FakeUpstream.StartAsync(Behave.EventsThen([OpenAi.Role, OpenAi.Text("so far")], async context =>
        {
            await seen.Task;
            await BreakOff(how)(context);
        }));
        await using var member = await UpstreamMember.StartAsync(fake);
        using var call = member.Client.Generate(UpstreamMember.Hello());
        var text = "";

        var error = await Assert.ThrowsAsync<MillraceException>(async () =>
        {
            await foreach (var next in call.ResponseStream.ReadAllAsync())
            {
                text += next.Tokens?.Text;
                if (next.Tokens is not null) seen.TrySetResult();
            }
        }).DefaultTimeout();

        Assert.Equal("so far", text);
        Assert.Equal(Reason.UpstreamUnavailable, error.Reason);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(1, fake.Count);
        Assert.Empty(member.Service.Errors);
    }

    [Fact]
    public async Task Generate_HangsBeforeItsHead_EndsAfterFirstTokenTimeout()
    {
        var time = new ManualTimeProvider();
        await using var fake = await FakeUpstream.StartAsync(Behave.Hang);
        await using var member = await UpstreamMember.StartAsync(fake, time);
        var failing = member.FailAsync();
        var received = await fake.NextAsync();

        time.Advance(FirstTokenTimeout);

        var error = await failing;
        Assert.Equal(Reason.UpstreamUnavailable, error.Reason);
        Assert.Contains("did not begin to answer within 60 s (its FirstTokenTimeout)", error.Message, StringComparison.Ordinal);
        await received.Aborted.DefaultTimeout();
    }

    [Fact]
    public async Task Generate_HangsWhileItAnswers_EndsAfterIdleTimeout()
    {
        var time = new ManualTimeProvider();
        await using var fake = await FakeUpstream.StartAsync(Behave.EventsThen([OpenAi.Text("a")], Behave.Hang));
        await using var member = await UpstreamMember.StartAsync(fake, time);
        var failing = member.FailAsync();
        await time.UntilTimedAsync(IdleTimeout).DefaultTimeout();

        time.Advance(IdleTimeout);

        Assert.Contains("did not go on within 30 s (its IdleTimeout)", (await failing).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_DripsSlowlyWithinTheIdleTimeout_Succeeds()
    {
        var time = new ManualTimeProvider();
        using var turns = new SemaphoreSlim(1);
        string[] events = [OpenAi.Text("a"), OpenAi.Text("b"), OpenAi.Text("c"), OpenAi.Finish("stop"), OpenAi.Done];
        await using var fake = await FakeUpstream.StartAsync(Behave.Drip(events, turns));
        await using var member = await UpstreamMember.StartAsync(fake, time);
        var asking = member.AskAsync();
        foreach (var _ in events.Skip(1))
        {
            await time.UntilTimedAsync(IdleTimeout).DefaultTimeout();
            time.Advance(IdleTimeout - TimeSpan.FromMilliseconds(1));
            turns.Release();
        }

        Assert.Equal("abc", (await asking).Text);
    }

    [Theory]
    [InlineData("retry-after-ms", "5000")]
    [InlineData("retry-after", "5")]
    [InlineData("retry-after", "Tue, 01 Jan 2030 00:00:05 GMT")]
    public async Task Generate_UpstreamAsksToWait_WaitsThatLong(string header, string value)
    {
        var time = new ManualTimeProvider();
        await using var fake = await FakeUpstream.StartAsync(Behave.Status(429, "", (header, value)), Behave.Events(OpenAi.Whole("Hi")));
        await using var member = await UpstreamMember.StartAsync(fake, time);
        var asking = member.AskAsync();
        await time.UntilTimedAsync(TimeSpan.FromSeconds(5)).DefaultTimeout();
        Assert.Equal(1, fake.Count);

        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("Hi", (await asking).Text);
    }

    [Fact]
    public async Task Generate_UpstreamAsksToWaitTooLong_TellsTheCallerInstead()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Status(429, "", ("retry-after", "600")));
        await using var member = await UpstreamMember.StartAsync(fake);

        var error = await member.FailAsync();

        Assert.Equal((Reason.RateLimited, TimeSpan.FromSeconds(600)), (error.Reason, error.RetryAfter));
        Assert.Equal(1, fake.Count);
    }

    [Theory]
    [InlineData(400, """{"error":{"message":"bad top_p","param":"top_p"}}""", Reason.InvalidArgument, "bad top_p")]
    [InlineData(422, """{"detail":"bad field"}""", Reason.InvalidArgument, "bad field")]
    [InlineData(400, """{"error":{"message":"long","code":"context_length_exceeded"}}""", Reason.ContextLengthExceeded, "long")]
    [InlineData(400, """{"object":"error","message":"maximum context length is 8","code":400}""", Reason.ContextLengthExceeded, "is 8")]
    [InlineData(401, """{"error":{"message":"Bad key topsecret-0123456789"}}""", Reason.ModelUnavailable, "must correct its ApiKey")]
    [InlineData(403, "", Reason.ModelUnavailable, "operator")]
    [InlineData(404, """{"error":"no such model"}""", Reason.ModelUnavailable, "no such model")]
    [InlineData(413, "", Reason.PayloadTooLarge, "larger")]
    [InlineData(429, """{"error":{"code":"insufficient_quota","message":"pay"}}""", Reason.ModelUnavailable, "operator")]
    [InlineData(501, "<html>", Reason.UpstreamUnavailable, "501")]
    [InlineData(302, "", Reason.ModelUnavailable, "redirects")]
    public async Task Generate_RefusedByTheUpstream_IsMappedAndNotTriedAgain(int status, string body, Reason reason, string message)
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Status(status, body, ("Location", "http://127.0.0.1:9/steal")));
        await using var member = await UpstreamMember.StartAsync(fake);

        var error = await member.FailAsync();

        Assert.Equal(reason, error.Reason);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(1, fake.Count);
    }

    [Fact]
    public async Task Generate_MessageWithTheKey_IsScrubbed()
    {
        await using var fake = await FakeUpstream.StartAsync(
            Behave.Status(400, """{"error":{"message":"Key topsecret-0123456789 or sk-abcdef123456 may not.\nDo this."}}"""));
        await using var member = await UpstreamMember.StartAsync(fake);

        Assert.Contains("Key *** or *** may not. Do this.", (await member.FailAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_NoEventStream_IsUpstreamUnavailable()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Status(200, "{}"));
        await using var member = await UpstreamMember.StartAsync(fake);

        Assert.Contains("'application/json' in place of an event stream", (await member.FailAsync()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-5", "2")]
    [InlineData("9", "99999999999999")]
    [InlineData("\"many\"", "1.5")]
    public async Task Generate_CountsThatCannotBe_AreReplacedByOurOwn(string prompt, string completion)
    {
        await using var fake = await FakeUpstream.StartAsync(
            Behave.Events(OpenAi.Text("a"), OpenAi.Text("b"), OpenAi.Finish("stop"), OpenAi.Usage(prompt, completion), OpenAi.Done));
        await using var member = await UpstreamMember.StartAsync(fake);

        var result = await member.AskAsync();

        Assert.Equal(2u, result.Finished.CompletionTokens);
        Assert.InRange(result.Messages.Sum(message => message.Started?.PromptTokens ?? 0), 1, 20);
    }

    [Fact]
    public async Task Generate_MissingDoneAfterTheFinishReason_IsComplete()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(OpenAi.Text("a"), OpenAi.Finish("stop")));
        await using var member = await UpstreamMember.StartAsync(fake);

        Assert.Equal("a", (await member.AskAsync()).Text);
    }

    [Fact]
    public async Task Generate_FailsRepeatedly_OpensTheCircuitUntilAProbeSucceeds()
    {
        var time = new ManualTimeProvider();
        await using var fake = await FakeUpstream.StartAsync(
            [.. Enumerable.Repeat(Behave.Status(500), 5), Behave.Events(OpenAi.Whole("Hi"))]);
        await using var member = await UpstreamMember.StartAsync(fake, time, ("RetriesMax", "0"));
        for (var i = 0; i < 5; i++) await member.FailAsync();

        var refused = await member.FailAsync();
        Assert.Equal((Reason.UpstreamUnavailable, TimeSpan.FromSeconds(15)), (refused.Reason, refused.RetryAfter));
        Assert.True((await member.Client.GetStatusAsync(new GetStatusRequest(), deadline: DateTime.MaxValue)).Upstreams[0].CircuitOpen);
        Assert.Equal(5, fake.Count);

        time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal("Hi", (await member.AskAsync()).Text);
        Assert.False((await member.Client.GetStatusAsync(new GetStatusRequest(), deadline: DateTime.MaxValue)).Upstreams[0].CircuitOpen);
    }

    [Fact]
    public async Task Generate_MoreThanMayWait_IsQueueFullWithAHint()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Hang);
        await using var member = await UpstreamMember.StartAsync(fake, null, ("ConcurrencyMax", "1"), ("QueueDepthMax", "0"));
        using var running = member.Client.Generate(UpstreamMember.Hello());
        await fake.NextAsync();

        var error = await member.FailAsync();

        Assert.Equal(Reason.QueueFull, error.Reason);
        Assert.InRange(error.RetryAfter ?? TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Generate_CallersDeadline_BoundsEverything()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Status(503, "", ("retry-after", "7")));
        await using var member = await UpstreamMember.StartAsync(fake);
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(5);
        using var call = member.Client.Generate(UpstreamMember.Hello(), deadline: deadline);

        var error = await Assert.ThrowsAsync<MillraceException>(() => call.ResponseStream.MoveNext(default)).DefaultTimeout();

        // A wait that would outlast the deadline is not begun.
        Assert.Equal((Reason.UpstreamUnavailable, TimeSpan.FromSeconds(7)), (error.Reason, error.RetryAfter));
    }

    private static Func<Microsoft.AspNetCore.Http.HttpContext, Task> BreakOff(string how) => how switch
    {
        "cut" => Behave.Cut,
        "close" => _ => Task.CompletedTask,
        "half an event" => Raw("data: {\"choices\":[{\"index\":0,\"del"u8.ToArray()),
        "half a character" => Raw([.. "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\""u8, 0xE2, 0x98]),
        "broken character" => Raw([.. "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\""u8, 0xE2, 0x98, .. "\"}}]}\n\n"u8]),
        "no JSON" => Raw("data: {oops}\n\n"u8.ToArray()),
        "error" => Behave.Events("""{"error":{"message":"overloaded","type":"server_error"}}"""),
        "done without reason" => Behave.Events(OpenAi.Done),
        "unknown choice" => Behave.Events(OpenAi.Text("x", 3)),
        "after the end" => Behave.Events(OpenAi.Finish("stop"), OpenAi.Text("x")),
        "giant event" => Raw(Encoding.UTF8.GetBytes("data: " + new string('x', 1_100_000))),
        _ => throw new ArgumentOutOfRangeException(nameof(how)),
    };

    private static Func<Microsoft.AspNetCore.Http.HttpContext, Task> Raw(byte[] bytes) => async context =>
    {
        await context.Response.Body.WriteAsync(bytes);
        await context.Response.Body.FlushAsync();
    };
}
