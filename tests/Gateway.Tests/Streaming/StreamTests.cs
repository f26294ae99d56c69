using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Streaming;

public sealed class StreamTests
{
    private const string Report =
        """{"citations":[],"citations_dropped":0,"citations_moved":0,"degraded":[],"retrieval":"""
            + """null,"truncation":{"passages_dropped":0,"messages_dropped":0},"timings":"""
            + """{"total_ms":0,"model_ms":0,"overhead_ms":0},"message_ids":null}""";

    private static readonly object[] Messages = [new { role = "user", content = "Say it" }];

    private static string Usage => string.Concat(
        """{"prompt_tokens":11,"completion_tokens":3,"total_tokens":14,"prompt_tokens_details":{"cached_tokens":3,"audio_tokens":0},""",
        """ "completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,""".TrimStart(),
        """ "accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}""".TrimStart());

    [Fact]
    public async Task Stream_PlainModel_IsByteForByteTheWireFormat()
    {
        await using var platform = await Platform.StartAsync(time: new ManualTimeProvider());
        platform.Inference.Answers("He", "llo “you” \n", "[1]");

        using var response = await platform.ChatAsync(
            new { model = "plain", messages = Messages, stream = true, stream_options = new { include_usage = true } },
            stream: true,
            requestId: "req_7");

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("no", response.Headers.GetValues("x-accel-buffering").Single());
        Assert.Equal("no-cache", response.Headers.CacheControl?.ToString());
        Assert.Equal("plain", response.Headers.GetValues("x-millrace-model").Single());
        Assert.Equal("req_7", response.Headers.GetValues("x-request-id").Single());
        var head = """data: {"id":"chatcmpl-7","object":"chat.completion.chunk","created":1893456000,"model":"plain","choices":[""";
        Assert.Equal(
            head + """{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null}""" + "\n\n"
            + head + """{"index":0,"delta":{"content":"Hello “you” "},"logprobs":null,"finish_reason":null}],"usage":null}""" + "\n\n"
            + head + """{"index":0,"delta":{"content":"\n[1]"},"logprobs":null,"finish_reason":null}],"usage":null}""" + "\n\n"
            + head + $$"""{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"millrace":{{Report}},"usage":null}""" + "\n\n"
            + head + "],\"usage\":" + Usage + "}" + "\n\n"
            + "data: [DONE]\n\n",
            await response.Content.ReadAsStringAsync().DefaultTimeout());
    }

    [Fact]
    public async Task Stream_ParallelToolCalls_AreByteForByteTheWireFormat()
    {
        await using var platform = await Platform.StartAsync(time: new ManualTimeProvider());
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.CallAsync(0, "", "call_a", "weather");
            await speaker.CallAsync(0, "{\"city\": ");
            await speaker.CallAsync(1, "{", "call_b", "clock");
            await speaker.CallAsync(0, "\"Rome\"}");
            await speaker.CallAsync(1, "}");
            await speaker.FinishAsync(FinishReason.ToolCalls);
        };

        using var response = await platform.ChatAsync(
            new { model = "plain", messages = Messages, stream = true, tools = Functions("weather", "clock") },
            stream: true,
            requestId: "req_7");

        const string Head = """data: {"id":"chatcmpl-7","object":"chat.completion.chunk","created":1893456000,"model":"plain","""
            + "\"choices\":[{\"index\":0,\"delta\":";
        const string Tail = ""","logprobs":null,"finish_reason":null}]}""" + "\n\n";
        Assert.Equal(
            Head + """{"role":"assistant","content":""}""" + Tail
            + Head + """{"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"weather","arguments":""}}]}"""
            + Tail
            + Head + """{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\": "}}]}""" + Tail
            + Head + """{"tool_calls":[{"index":1,"id":"call_b","type":"function","function":{"name":"clock","arguments":""}}]}"""
            + Tail
            + Head + """{"tool_calls":[{"index":0,"function":{"arguments":"\"Rome\"}"}}]}""" + Tail
            + Head + """{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}""" + Tail
            + Head + $$"""{},"logprobs":null,"finish_reason":"tool_calls"}],"millrace":{{Report}}}""" + "\n\n"
            + "data: [DONE]\n\n",
            await response.Content.ReadAsStringAsync().DefaultTimeout());
    }

    [Fact]
    public async Task Stream_AnswerWithoutItsForm_EndsWithAnErrorEventAndNoDone()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("{\"a\": ", "1");

        using var response = await platform.ChatAsync(
            new { model = "plain", messages = Messages, stream = true, response_format = new { type = "json_object" } }, stream: true);
        var events = await EventsAsync(response);

        Assert.Equal("invalid_answer", JsonDocument.Parse(events[^1]).RootElement.GetProperty("error").GetProperty("code").GetString());
        Assert.DoesNotContain("[DONE]", events);
        Assert.DoesNotContain(events, text => text.Contains("\"finish_reason\":\"stop\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stream_Assistant_EndsWithAnnotationsAndSources()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("Parcels", " are", " tracked. [2]");

        using var response = await platform.ChatAsync(
            new { model = "docs-assistant", messages = new[] { new { role = "user", content = "Are parcels tracked?" } }, stream = true },
            stream: true);
        var events = await EventsAsync(response);

        var last = events[^2];
        Assert.Equal("[DONE]", events[^1]);
        Assert.Equal("Parcels are tracked. [2]", Text(events));
        var chunk = JsonDocument.Parse(last).RootElement;
        var annotation = chunk.GetProperty("choices")[0].GetProperty("delta").GetProperty("annotations")[0];
        Assert.Equal("shipping policy", annotation.GetProperty("url_citation").GetProperty("title").GetString());
        Assert.Equal("{\"number\":2,\"supported\":1}", annotation.GetProperty("millrace").GetRawText());
        Assert.Equal("Parcels are tracked.", chunk.GetProperty("millrace").GetProperty("citations")[0].GetProperty("quote").GetString());
        Assert.False(chunk.TryGetProperty("usage", out _));
    }

    [Fact]
    public async Task Stream_FailureAfterFirstToken_EndsWithAnErrorEventAndNoDone()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("Half a ");
            throw new RpcException(new Status(StatusCode.Unavailable, "killed"));
        };

        using var response = await platform.ChatAsync(new { model = "plain", messages = Messages, stream = true }, stream: true);
        var events = await EventsAsync(response);

        var error = JsonDocument.Parse(events[^1]).RootElement.GetProperty("error");
        Assert.Equal("upstream_unavailable", error.GetProperty("code").GetString());
        Assert.DoesNotContain("[DONE]", events);
        Assert.Equal("Half a ", Text(events));
    }

    [Fact]
    public async Task Stream_FailureBeforeFirstToken_IsAnHttpError()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = (_, _) => throw new RpcException(new Status(StatusCode.Unavailable, "away"));

        using var response = await platform.ChatAsync(new { model = "plain", messages = Messages, stream = true }, stream: true);

        Assert.Equal(503, (int)response.StatusCode);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("upstream_unavailable", body.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Stream_Silence_IsBrokenByPings()
    {
        var time = new ManualTimeProvider();
        await using var platform = await Platform.StartAsync(time: time);
        var goOn = new TaskCompletionSource();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("One ");
            await goOn.Task;
            await speaker.TokenAsync("two");
            await speaker.FinishAsync();
        };
        using var response = await platform.ChatAsync(new { model = "plain", messages = Messages, stream = true }, stream: true);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        for (var line = 0; line < 4; line++) await reader.ReadLineAsync().DefaultTimeout();

        await time.UntilTimedAsync(TimeSpan.FromSeconds(10)).DefaultTimeout();
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(": ping", await reader.ReadLineAsync().DefaultTimeout());
        goOn.SetResult();
        Assert.EndsWith("data: [DONE]\n\n", await reader.ReadToEndAsync().DefaultTimeout(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_ClientLeaves_FreesTheEngine()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("One ");
            await Task.Delay(Timeout.Infinite, speaker.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };

        var response = await platform.ChatAsync(new { model = "plain", messages = Messages, stream = true }, stream: true);
        response.Dispose();

        await platform.Inference.Cancelled.DefaultTimeout();
        Assert.Empty(platform.Gateway.Errors);
    }

    [Fact]
    public async Task Stream_SeveralChoicesWithLogprobs_CarryIndexAndTokens()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("A ", "b");

        using var response = await platform.ChatAsync(
            new { model = "plain", messages = Messages, stream = true, n = 2, logprobs = true, top_logprobs = 1 }, stream: true);
        var chunks = (await EventsAsync(response)).SkipLast(1)
            .Select(text => JsonDocument.Parse(text).RootElement.GetProperty("choices")[0])
            .ToList();

        Assert.Equal([0, 1], chunks.Take(2).Select(choice => choice.GetProperty("index").GetInt32()));
        Assert.All(chunks.TakeLast(2), choice => Assert.Equal("stop", choice.GetProperty("finish_reason").GetString()));
        foreach (var index in new[] { 0, 1 })
        {
            var own = chunks.Where(choice => choice.GetProperty("index").GetInt32() == index).ToList();
            var tokens = own.Select(choice => choice.GetProperty("logprobs")).Where(value => value.ValueKind == JsonValueKind.Object)
                .SelectMany(value => value.GetProperty("content").EnumerateArray()).ToList();
            Assert.Equal(["A ", "b"], tokens.Select(token => token.GetProperty("token").GetString()));
            Assert.Equal([98], tokens[1].GetProperty("bytes").EnumerateArray().Select(value => value.GetInt32()));
            Assert.Single(tokens[0].GetProperty("top_logprobs").EnumerateArray());
        }
    }

    private static object[] Functions(params string[] names) =>
        [.. names.Select(name => new { type = "function", function = new { name } })];

    private static async Task<List<string>> EventsAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStringAsync().DefaultTimeout();
        return [.. body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(text => text["data: ".Length..])];
    }

    private static string Text(IEnumerable<string> events) => string.Concat(events
        .Where(text => text.StartsWith('{') && !text.Contains("\"error\"", StringComparison.Ordinal))
        .Select(text => JsonDocument.Parse(text).RootElement.GetProperty("choices")[0].GetProperty("delta"))
        .Select(delta => delta.TryGetProperty("content", out var content) ? content.GetString() : string.Empty));
}
