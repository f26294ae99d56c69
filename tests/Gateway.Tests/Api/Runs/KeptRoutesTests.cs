using System.Net;
using Grpc.Core;
using Millrace.Gateway.Tests.Fakes;

namespace Millrace.Gateway.Tests.Api.Runs;

/// <summary>What an Idempotency-Key promises on the endpoints beside chats.</summary>
public sealed class KeptRoutesTests : IAsyncLifetime
{
    private const string Completions = "/v1/completions";
    private const string Messages = "/v1/messages";
    private const string Key = "Idempotency-Key";
    private RealSessions? _sessions;
    private Platform? _platform;

    private Platform Platform => _platform!;

    public async Task InitializeAsync()
    {
        _sessions = await RealSessions.StartAsync();
        _platform = await Platform.StartAsync(settings: [_sessions.Setting]);
    }

    [Theory]
    [InlineData(Completions)]
    [InlineData(Messages)]
    public async Task Whole_SameKeyAndBody_AnswersTheSameBytesOfOneGenerationForOneBill(string path)
    {
        using var first = await PostAsync(path, Body(path), (Key, "k"), ("x-millrace-usage", "u1"));
        using var second = await PostAsync(path, Body(path), (Key, "k"), ("x-millrace-usage", "u2"));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        Assert.Equal(await first.Content.ReadAsByteArrayAsync(), await second.Content.ReadAsByteArrayAsync());
        Assert.Equal(first.Headers.GetValues("x-millrace-overhead-ms"), second.Headers.GetValues("x-millrace-overhead-ms"));
        Assert.Equal("true", second.Headers.GetValues("idempotent-replayed").Single());
        Assert.Equal("14", first.Headers.GetValues("x-millrace-usage-tokens").Single());
        Assert.Equal("0", second.Headers.GetValues("x-millrace-usage-tokens").Single());
        Assert.Single(Platform.Inference.Requests);
        Assert.Empty(Platform.Gateway.Errors);
    }

    [Theory]
    [InlineData(Completions)]
    [InlineData(Messages)]
    public async Task Stream_ReplayedBehindEachEvent_IsTheRestByteForByte(string path)
    {
        Platform.Inference.Answers("One ", "two ", "three.");
        using var first = await PostAsync(path, Body(path, stream: true), (Key, "k"));
        var events = Requests.Events(await first.TextAsync());

        Assert.Equal(Enumerable.Range(1, events.Length).Select(i => $"id: {i}"), events.Select(lines => lines.Split('\n')[0]));
        for (var known = 0; known <= events.Length; known++)
        {
            using var again = await PostAsync(path, Body(path, stream: true), (Key, "k"), ("Last-Event-ID", $"{known}"));
            Assert.Equal(events.Skip(known), Requests.Events(await again.TextAsync()));
        }

        Assert.Contains("three.", string.Concat(events), StringComparison.Ordinal);
        Assert.Single(Platform.Inference.Requests);
    }

    [Theory]
    [InlineData(Completions)]
    [InlineData(Messages)]
    public async Task Stream_WithAndWithoutAKey_HasTheSameEvents(string path)
    {
        using var plain = await PostAsync(path, Body(path, stream: true));
        using var kept = await PostAsync(path, Body(path, stream: true), (Key, "k"));

        Assert.Equal(
            Requests.Events(await plain.TextAsync()).Select(Shape),
            Requests.Events(await kept.TextAsync()).Select(lines => Shape(lines[(lines.IndexOf('\n', StringComparison.Ordinal) + 1)..])));
    }

    [Theory]
    [InlineData(Completions)]
    [InlineData(Messages)]
    public async Task Whole_SameKeyOtherBody_IsAConflictThatIsNotRetried(string path)
    {
        using var first = await PostAsync(path, Body(path), (Key, "k"));
        using var second = await PostAsync(path, Body(path, "Something else"), (Key, "k"));

        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Equal("false", second.Headers.GetValues("x-should-retry").Single());
        Assert.Single(Platform.Inference.Requests);
    }

    [Fact]
    public async Task Whole_SameKeyOnEachRoute_IsAnotherRequest()
    {
        foreach (var path in (string[])[Completions, Messages])
        {
            using var response = await PostAsync(path, Body(path), (Key, "k"));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(2, Platform.Inference.Requests.Count);
    }

    [Theory]
    [InlineData(Completions)]
    [InlineData(Messages)]
    public async Task Whole_FailureBeforeTheFirstToken_IsNotKept(string path)
    {
        Platform.Inference.Script = (_, _) => throw new RpcException(new Status(StatusCode.Unavailable, "away"));
        using var failed = await PostAsync(path, Body(path), (Key, "k"));
        Platform.Inference.Answers("Here.");
        using var again = await PostAsync(path, Body(path), (Key, "k"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.StatusCode);
        Assert.Equal(path == Messages, (await failed.JsonAsync()).TryGetProperty("request_id", out _));
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Theory]
    [InlineData(Completions)]
    [InlineData(Messages)]
    public async Task Stream_FailureAfterTheFirstToken_IsTheSameForWhoAsksAgain(string path)
    {
        Platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("Half a ");
            throw new RpcException(new Status(StatusCode.Unavailable, "killed"));
        };
        using var first = await PostAsync(path, Body(path, stream: true), (Key, "k"));
        var broken = await first.TextAsync();
        using var again = await PostAsync(path, Body(path, stream: true), (Key, "k"));

        Assert.Equal(broken, await again.TextAsync());
        var last = Requests.Events(broken)[^1];
        Assert.True(Requests.Data(last).TryGetProperty("error", out _));
        Assert.Equal(path == Messages, last.Contains("event: error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Completion_RefusalOfAField_IsInTheWordsOfTheEndpoint()
    {
        using var refused = await PostAsync(Completions, new { model = "plain", prompt = "x", wrong = 1 }, (Key, "k"));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("wrong", (await refused.JsonAsync()).GetProperty("error").GetProperty("param").GetString());
    }

    public async Task DisposeAsync()
    {
        if (_platform is not null) await _platform.DisposeAsync();
        if (_sessions is not null) await _sessions.DisposeAsync();
    }

    internal static object Body(string path, string prompt = "Say it", bool stream = false, int choices = 1) => path switch
    {
        Completions when stream => new
        {
            model = "plain", prompt, stream, max_tokens = 64, n = choices, stream_options = new { include_usage = true },
        },
        Completions => new { model = "plain", prompt, max_tokens = 64, n = choices },
        _ => new { model = "plain", max_tokens = 64, messages = new[] { new { role = "user", content = prompt } }, stream },
    };

    /// <summary>An event without what differs from one request to the next: ids and times.</summary>
    private static string Shape(string lines)
    {
        var name = lines.Split('\n')[0].StartsWith("event: ", StringComparison.Ordinal) ? lines.Split('\n')[0] : "";
        if (lines.Contains("[DONE]", StringComparison.Ordinal)) return "done";
        return name + string.Join(',', Requests.Data(lines).EnumerateObject().Select(field => field.Name));
    }

    private Task<HttpResponseMessage> PostAsync(string path, object body, params (string Name, string Value)[] headers) =>
        Platform.Http.PostAsync(path, body, headers);
}
