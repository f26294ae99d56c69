using System.Net;
using System.Text.Json;
using Grpc.Core;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Api.Runs;

public sealed class KeptChatTests : IAsyncLifetime
{
    private const string Path = "/v1/chat/completions";
    private const string Key = "Idempotency-Key";
    private RealSessions? _sessions;
    private Platform? _platform;

    private Platform Platform => _platform!;

    public async Task InitializeAsync()
    {
        _sessions = await RealSessions.StartAsync();
        _platform = await Platform.StartAsync(settings: [_sessions.Setting]);
    }

    [Fact]
    public async Task Chat_SameKeyAndBody_AnswersTheSameBytesOfOneGeneration()
    {
        using var first = await ChatAsync(Body(), (Key, "k"));
        using var second = await ChatAsync(Body(), (Key, "k"));

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(await first.Content.ReadAsByteArrayAsync(), await second.Content.ReadAsByteArrayAsync());
        foreach (var header in (string[])["x-millrace-model", "x-millrace-overhead-ms", "x-millrace-model-ms"])
            Assert.Equal(first.Headers.GetValues(header), second.Headers.GetValues(header));
        Assert.False(first.Headers.Contains("idempotent-replayed"));
        Assert.Equal("true", second.Headers.GetValues("idempotent-replayed").Single());
        Assert.Single(Platform.Inference.Requests);
        Assert.Empty(Platform.Gateway.Errors);
    }

    [Fact]
    public async Task Chat_SameKeyOtherBody_IsAConflictThatIsNotRetried()
    {
        using var first = await ChatAsync(Body(), (Key, "k"));
        using var second = await ChatAsync(Body("Something else"), (Key, "k"));
        using var resumed = await ChatAsync(Body("Something else", stream: true), (Key, "k"), ("Last-Event-ID", "1"));

        Assert.Equal((HttpStatusCode.Conflict, "idempotency_conflict"), (second.StatusCode, await second.CodeAsync()));
        Assert.Equal("false", second.Headers.GetValues("x-should-retry").Single());
        Assert.Equal("idempotency_conflict", await resumed.CodeAsync());
        Assert.Single(Platform.Inference.Requests);
    }

    [Fact]
    public async Task Chat_SameKeyOfAnotherTenantOrOfOtherLabels_IsAnotherRequest()
    {
        using var first = await ChatAsync(Body(), (Key, "k"), ("x-millrace-tenant", "a"));
        using var other = await ChatAsync(Body("Something else"), (Key, "k"), ("x-millrace-tenant", "b"));
        using var labelled = await ChatAsync(Body(), (Key, "k"), ("x-millrace-tenant", "a"), ("x-millrace-labels", "staff,"));

        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.False(labelled.Headers.Contains("idempotent-replayed"));
        Assert.Equal(3, Platform.Inference.Requests.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    public async Task Chat_KeyThatIsNone_IsRefused(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent(JsonSerializer.Serialize(Body())) };
        request.Headers.TryAddWithoutValidation(Key, key);
        using var response = await Platform.Http.SendAsync(request).DefaultTimeout();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(Key, (await response.JsonAsync()).GetProperty("error").GetProperty("param").GetString());
    }

    [Fact]
    public async Task Stream_ReplayedBehindEachEvent_IsTheRestByteForByte()
    {
        Platform.Inference.Answers("One ", "two ", "three ", "four.");
        using var first = await ChatAsync(Body(stream: true), (Key, "k"));
        var whole = await first.TextAsync();
        var events = Requests.Events(whole);

        Assert.Equal("data: [DONE]", events[^1].Split('\n')[1]);
        Assert.Equal(Enumerable.Range(1, events.Length).Select(i => $"id: {i}"), events.Select(lines => lines.Split('\n')[0]));
        for (var known = 0; known <= events.Length; known++)
        {
            using var again = await ChatAsync(Body(stream: true), (Key, "k"), ("Last-Event-ID", $"{known}"));
            Assert.Equal(events.Skip(known), Requests.Events(await again.TextAsync()));
            Assert.Equal("text/event-stream", again.Content.Headers.ContentType?.MediaType);
        }

        using var joined = await ChatAsync(Body(stream: true), (Key, "k"));
        Assert.Equal(whole, await joined.TextAsync());
        Assert.Single(Platform.Inference.Requests);
    }

    [Fact]
    public async Task Stream_JoinedWhileItRuns_GivesBothReadersTheSame()
    {
        var goOn = new TaskCompletionSource();
        Platform.Inference.Script = (_, speaker) => HalfwayAsync(speaker, goOn.Task);
        using var first = await ChatAsync(Body(stream: true), (Key, "k"));
        var begun = await first.ReadUntilAsync("Half ");

        using var second = await ChatAsync(Body(stream: true), (Key, "k"));
        var joined = await second.ReadUntilAsync("Half ");
        goOn.SetResult();

        Assert.Equal(begun + await first.TextRestAsync(), joined + await second.TextRestAsync());
        Assert.Single(Platform.Inference.Requests);
    }

    [Fact]
    public async Task Stream_ClientLeaves_TheAnswerGoesOnAndIsThereForTheRetry()
    {
        var goOn = new TaskCompletionSource();
        Platform.Inference.Script = (_, speaker) => HalfwayAsync(speaker, goOn.Task);
        using (var left = await ChatAsync(Body(stream: true), (Key, "k"))) await left.ReadUntilAsync("Half ");

        using var again = await ChatAsync(Body(stream: true), (Key, "k"), ("Last-Event-ID", "2"));
        goOn.SetResult();
        var events = Requests.Events(await again.TextAsync());

        Assert.Equal("id: 3", events[0].Split('\n')[0]);
        Assert.Equal("data: [DONE]", events[^1].Split('\n')[1]);
        Assert.Single(Platform.Inference.Requests);
    }

    [Fact]
    public async Task Chat_FailureBeforeTheFirstToken_IsNotKept()
    {
        Platform.Inference.Script = (_, _) => throw new RpcException(new Status(StatusCode.Unavailable, "away"));
        using var failed = await ChatAsync(Body(), (Key, "k"));
        Platform.Inference.Answers("Here ", "now.");
        using var again = await ChatAsync(Body(), (Key, "k"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.StatusCode);
        Assert.Equal("upstream_unavailable", await failed.CodeAsync());
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.False(again.Headers.Contains("idempotent-replayed"));
    }

    [Fact]
    public async Task Stream_FailureAfterTheFirstToken_IsTheSameForWhoAsksAgain()
    {
        Platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("Half a ");
            throw new RpcException(new Status(StatusCode.Unavailable, "killed"));
        };
        using var first = await ChatAsync(Body(stream: true), (Key, "k"));
        var broken = await first.TextAsync();
        using var again = await ChatAsync(Body(stream: true), (Key, "k"));

        Assert.Equal(broken, await again.TextAsync());
        Assert.Equal(
            "upstream_unavailable",
            Requests.Data(Requests.Events(broken)[^1]).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Stream_LastEventOfAKeyThatIsNotKept_IsNotFound()
    {
        using var response = await ChatAsync(Body(stream: true), (Key, "new"), ("Last-Event-ID", "3"));

        Assert.Equal((HttpStatusCode.NotFound, "response_not_found"), (response.StatusCode, await response.CodeAsync()));
        Assert.Empty(Platform.Inference.Requests);
    }

    [Fact]
    public async Task Stream_LastEventBeyondTheEnd_IsRefused()
    {
        using var first = await ChatAsync(Body(stream: true), (Key, "k"));
        await first.TextAsync();
        using var response = await ChatAsync(Body(stream: true), (Key, "k"), ("Last-Event-ID", "99"));

        Assert.Contains("99", await response.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_Replayed_CostsNoTokens()
    {
        using var first = await ChatAsync(Body(), (Key, "k"), ("x-millrace-usage", "u1"));
        using var second = await ChatAsync(Body(), (Key, "k"), ("x-millrace-usage", "u2"));
        using var stream = await ChatAsync(Body(stream: true), (Key, "s"), ("x-millrace-usage", "u3"));
        await stream.TextAsync();

        Assert.Equal("14", first.Headers.GetValues("x-millrace-usage-tokens").Single());
        Assert.Equal("0", second.Headers.GetValues("x-millrace-usage-tokens").Single());
        Assert.Equal("14", await Platform.Http.GetStringAsync("/usage/u3").DefaultTimeout());
    }

    [Fact]
    public async Task Chat_BadRequest_IsToldAndKeepsNothing()
    {
        using var bad = await ChatAsync(new { model = "plain" }, (Key, "k"));
        using var good = await ChatAsync(Body(), (Key, "k"));

        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
    }

    public async Task DisposeAsync()
    {
        if (_platform is not null) await _platform.DisposeAsync();
        if (_sessions is not null) await _sessions.DisposeAsync();
    }

    private static object Body(string question = "Say it", bool stream = false) =>
        new { model = "plain", messages = new[] { new { role = "user", content = question } }, stream };

    private static async Task HalfwayAsync(Speaker speaker, Task goOn)
    {
        await speaker.StartAsync();
        await speaker.TokenAsync("Half ");
        await goOn.WaitAsync(speaker.CancellationToken);
        await speaker.TokenAsync("and half.");
        await speaker.FinishAsync();
    }

    private Task<HttpResponseMessage> ChatAsync(object body, params (string Name, string Value)[] headers) =>
        Platform.Http.PostAsync(Path, body, headers);
}
