using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;
using Millrace.Upstreams.Tests;

namespace Millrace.Gateway.Tests.Upstreams;

/// <summary>Chats with a model behind an upstream that the Gateway reaches itself.</summary>
public sealed class DirectChatTests
{
    [Fact]
    public async Task Chat_OwnUpstream_IsAnsweredWithoutThePool()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(OpenAi.Whole("Far away.")));
        await using var platform = await DirectPlatform.StartAsync(fake);

        using var response = await platform.ChatDirectAsync();

        Assert.Equal("Far away.", await response.ContentAsync());
        var received = await fake.NextAsync();
        Assert.Equal(DirectPlatform.RemoteModel, received.Body.GetProperty("model").GetString());
        Assert.Equal($"Bearer {DirectPlatform.Key}", received.Headers["Authorization"]);
        Assert.Empty(platform.Inference.Requests);
        Assert.Equal(["upstreams only"], await platform.RoutesAsync());
        Assert.Equal(DirectPlatform.Model, response.Headers.GetValues("x-millrace-model").Single());
    }

    [Fact]
    public async Task Chat_Usage_IsTheUpstreams()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(OpenAi.Whole("Far away.")));
        await using var platform = await DirectPlatform.StartAsync(fake);

        using var response = await platform.ChatDirectAsync();

        var usage = (await response.JsonAsync()).GetProperty("usage");
        Assert.Equal((9, 2), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()));
    }

    [Fact]
    public async Task Chat_Stream_PassesEachPieceOnAsItComes()
    {
        using var turns = new SemaphoreSlim(0);
        await using var fake = await FakeUpstream.StartAsync(Behave.Drip(OpenAi.Whole("Far"), turns));
        await using var platform = await DirectPlatform.StartAsync(fake);
        turns.Release(2);

        using var response = await platform.ChatDirectAsync(stream: true);
        var first = await response.ReadUntilAsync("Far");
        turns.Release(10);
        var rest = await response.TextRestAsync();

        Assert.DoesNotContain("\"finish_reason\":\"stop\"", first, StringComparison.Ordinal);
        Assert.Contains("\"finish_reason\":\"stop\"", rest, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", rest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chat_CallerGoesAway_FreesConnectionAndPlace(bool hasBegun)
    {
        await using var fake = await FakeUpstream.StartAsync(
            hasBegun ? Behave.EventsThen([OpenAi.Role, OpenAi.Text("Far")], Behave.Hang) : Behave.Hang,
            Behave.Events(OpenAi.Whole("Next.")));
        await using var platform = await DirectPlatform.StartAsync(fake, settings: ("ConcurrencyMax", "1"));
        using var leaving = new CancellationTokenSource();
        var body = JsonContent(DirectPlatform.Model);
        var abandoned = ReadAllAsync(platform.Http, body, hasBegun ? "Far" : null, leaving);
        var received = await fake.NextAsync();

        if (!hasBegun) await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned).DefaultTimeout();

        await received.Aborted.DefaultTimeout();
        using var next = await platform.ChatDirectAsync();
        Assert.Equal("Next.", await next.ContentAsync());
    }

    [Fact]
    public async Task Chat_UpstreamDiesInMidStream_TellsItInTheStream()
    {
        var hasArrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var fake = await FakeUpstream.StartAsync(Behave.EventsThen([OpenAi.Role, OpenAi.Text("Half ")], async context =>
        {
            await hasArrived.Task;
            await Behave.Cut(context);
        }));
        await using var platform = await DirectPlatform.StartAsync(fake);

        using var response = await platform.ChatDirectAsync(stream: true);
        await response.ReadUntilAsync("Half ");
        hasArrived.SetResult();
        var rest = await response.TextRestAsync();

        Assert.Contains("upstream_unavailable", rest, StringComparison.Ordinal);
        Assert.Equal(1, fake.Count);
    }

    [Fact]
    public async Task Chat_UpstreamFailsOnce_IsAskedAgain()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Status(503), Behave.Events(OpenAi.Whole("Far away.")));
        await using var platform = await DirectPlatform.StartAsync(fake);

        using var response = await platform.ChatDirectAsync();

        Assert.Equal("Far away.", await response.ContentAsync());
        Assert.Equal(2, fake.Count);
    }

    [Fact]
    public async Task Chat_UpstreamRefuses_TellsItsWordsAndNoKey()
    {
        const string Told = $$"""{"error":{"message":"{{DirectPlatform.Key}} wants no such thing","type":"invalid_request_error"} }""";
        await using var fake = await FakeUpstream.StartAsync(Behave.Status(400, Told));
        await using var platform = await DirectPlatform.StartAsync(fake);

        using var response = await platform.ChatDirectAsync();
        var text = await response.TextAsync();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("wants no such thing", text, StringComparison.Ordinal);
        foreach (var shown in (string[])[text, platform.Logs.Text])
            Assert.DoesNotContain(DirectPlatform.Key, shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_CallerHasTooLittleTime_FailsWithDeadline()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(OpenAi.Whole("Far away.")), Behave.Hang);
        await using var platform = await DirectPlatform.StartAsync(fake);
        (await platform.ChatDirectAsync()).Dispose();
        await fake.NextAsync();

        using var response = await platform.Http.PostAsync(
            "/v1/chat/completions",
            new { model = DirectPlatform.Model, messages = new[] { new { role = "user", content = "Say it" } } },
            ("x-millrace-timeout-ms", "1000"));

        Assert.Equal("deadline_exceeded", await response.CodeAsync());
        await (await fake.NextAsync()).Aborted.DefaultTimeout();
    }

    [Fact]
    public async Task Start_WrongSettings_NamesThem()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Hang);

        var error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => DirectPlatform.StartAsync(fake, settings: [("Kind", "smoke"), ("ConcurrencyMax", "0")]));

        Assert.Contains("Gateway:Upstreams: far: Kind is 'smoke'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Gateway:Upstreams: far: ConcurrencyMax must be", error.Message, StringComparison.Ordinal);
    }

    private static StringContent JsonContent(string model) => new(
        JsonSerializer.Serialize(new { model, stream = true, messages = new[] { new { role = "user", content = "Say it" } } }),
        System.Text.Encoding.UTF8,
        "application/json");

    /// <summary>Reads a stream up to a text and leaves; without one, until somebody else says to leave.</summary>
    private static async Task ReadAllAsync(HttpClient http, HttpContent body, string? until, CancellationTokenSource leaving)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = body };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leaving.Token);
        if (until is not null)
        {
            await response.ReadUntilAsync(until);
            await leaving.CancelAsync();
        }

        await using var stream = await response.Content.ReadAsStreamAsync(leaving.Token);
        while (await stream.ReadAsync(new byte[256], leaving.Token) > 0)
        {
            // Comments that keep the connection open.
        }
    }
}
