using System.Net;
using System.Text.Json;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Api.Completions;

/// <summary>Text completions over HTTP.</summary>
public sealed class CompletionsTests
{
    private const string Path = "/v1/completions";

    [Fact]
    public async Task Complete_Text_HasOpenAisShape()
    {
        await using var platform = await Platform.StartAsync();

        using var response = await PostAsync(platform, "\"prompt\":\"Once upon\",\"temperature\":0,\"stop\":\"END\",\"top_k\":3");
        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

        Assert.Equal("plain", response.Headers.GetValues("x-millrace-model").Single());
        Assert.True(response.Headers.Contains("x-millrace-overhead-ms"));
        Assert.Equal("text_completion", body.GetProperty("object").GetString());
        Assert.StartsWith("cmpl-", body.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            """[{"text":"Hello there.","index":0,"logprobs":null,"finish_reason":"stop"}]""", body.GetProperty("choices").GetRawText());
        Assert.Equal(14, body.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        var sent = platform.Inference.LastRequest;
        Assert.Equal(("Once upon", 16u, 1u, false), (sent.Text, sent.MaxTokens, sent.ChoiceCount, sent.Echo));
        Assert.Equal((0f, 3u, "END"), (sent.Sampling.Temperature, sent.Sampling.TopK, sent.Stop.Single()));
    }

    [Fact]
    public async Task Complete_ModelIsNotThere_ItsFallbackAnswersAndSaysSo()
    {
        await using var platform = await Platform.StartAsync(settings: ("Models:gone:Fallbacks:0", "plain"));

        using var response = await platform.PostAsync(Path, """{"model":"gone","prompt":"Once"}""");

        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal("fallback", body.GetProperty("millrace").GetProperty("degraded")[0].GetString());
    }

    [Fact]
    public async Task Complete_SeveralPromptsAndChoices_AreNumberedOverAll()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = (request, speaker) => speaker.SayAsync($"{request.Text}!");

        var body = await AskAsync(platform, "\"prompt\":[\"a\",\"b\",\"c\"],\"n\":2,\"best_of\":2");

        Assert.Equal(
            [(0, "a!"), (1, "a!"), (2, "b!"), (3, "b!"), (4, "c!"), (5, "c!")],
            body.GetProperty("choices").EnumerateArray().Select(
                choice => (choice.GetProperty("index").GetInt32(), choice.GetProperty("text").GetString()!)));
        Assert.Equal((33, 6), (
            body.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(),
            body.GetProperty("usage").GetProperty("completion_tokens").GetInt32()));
    }

    [Theory]
    [InlineData("[5,6]", 1)]
    [InlineData("[[5,6],[5,6]]", 2)]
    public async Task Complete_Tokens_GoThroughAsTokens(string prompt, int count)
    {
        await using var platform = await Platform.StartAsync();

        var body = await AskAsync(platform, $"\"prompt\":{prompt}");

        Assert.Equal(count, body.GetProperty("choices").GetArrayLength());
        Assert.All(platform.Inference.Requests, sent => Assert.Equal([5, 6], sent.Tokens.Ids));
    }

    [Fact]
    public async Task Complete_EchoWithLogprobsAndNoTokens_TellsThoseOfThePrompt()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (request, speaker) =>
        {
            Assert.Equal((true, 1u, true, 1u), (request.Echo, request.MaxTokens, request.Logprobs, request.TopLogprobs));
            await speaker.StartAsync();
            await speaker.WriteAsync(Echo("É", 0));
            await speaker.WriteAsync(Echo(" b", -1.5f, (" b", -1.5f), (" c", -2f)));
            await speaker.TokenAsync("unwanted");
            await speaker.FinishAsync(FinishReason.Length);
        };

        var body = await AskAsync(platform, "\"prompt\":\"É b\",\"echo\":true,\"logprobs\":1,\"max_tokens\":0");

        Assert.Equal(
            """
            [{"text":"É b","index":0,"logprobs":{"tokens":["É"," b"],"token_logprobs":[null,-1.5],
            "top_logprobs":[null,{" b":-1.5," c":-2}],"text_offset":[0,1]},"finish_reason":"length"}]
            """.ReplaceLineEndings(""),
            body.GetProperty("choices").GetRawText());
        Assert.Equal(0, body.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Complete_LogprobsWithoutEcho_BeginAtTheAnswer()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("A ", "b");

        var body = await AskAsync(platform, "\"prompt\":\"x\",\"logprobs\":1");

        Assert.Equal(
            """{"tokens":["A ","b"],"token_logprobs":[-0.5,-0.5],"top_logprobs":[{"A ":-0.5},{"b":-0.5}],"text_offset":[0,2]}""",
            body.GetProperty("choices")[0].GetProperty("logprobs").GetRawText());
    }

    [Fact]
    public async Task Complete_Stream_IsByteForByteTheWireFormat()
    {
        await using var platform = await Platform.StartAsync(time: new ManualTimeProvider());
        platform.Inference.Answers("A ", "b");

        using var response = await PostAsync(
            platform, "\"prompt\":\"x\",\"stream\":true,\"stream_options\":{\"include_usage\":true}", requestId: "req_7");
        var text = await response.Content.ReadAsStringAsync();

        const string Head = """data: {"id":"cmpl-7","object":"text_completion","created":1893456000,"model":"plain","choices":[""";
        Assert.StartsWith(
            Head + """{"text":"A ","index":0,"logprobs":null,"finish_reason":null}],"usage":null}""" + "\n\n"
            + Head + """{"text":"b","index":0,"logprobs":null,"finish_reason":null}],"usage":null}""" + "\n\n"
            + Head + """{"text":"","index":0,"logprobs":null,"finish_reason":"stop"}],"millrace":{"citations":[]""",
            text,
            StringComparison.Ordinal);
        Assert.Contains(Head + "],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":2,", text, StringComparison.Ordinal);
        Assert.EndsWith("}\n\ndata: [DONE]\n\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Complete_OnePromptFailsAfterTheFirstToken_EndsWithAnErrorEvent()
    {
        await using var platform = await Platform.StartAsync();
        var spoken = new TaskCompletionSource();
        platform.Inference.Script = async (request, speaker) =>
        {
            if (request.Text == "bad")
            {
                await spoken.Task;
                throw new Grpc.Core.RpcException(new Grpc.Core.Status(Grpc.Core.StatusCode.Unavailable, "killed"));
            }

            await speaker.StartAsync();
            await speaker.TokenAsync("One ");
            await Task.Delay(Timeout.Infinite, speaker.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };

        using var response = await platform.ChatAtAsync(Path, """{"model":"plain","prompt":["good","bad"],"stream":true}""");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var first = await reader.ReadLineAsync().DefaultTimeout();
        spoken.SetResult();
        var rest = await reader.ReadToEndAsync().DefaultTimeout();

        Assert.Contains("One ", first, StringComparison.Ordinal);
        Assert.Contains("upstream_unavailable", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", rest, StringComparison.Ordinal);
        await platform.Inference.Cancelled.DefaultTimeout();
    }

    [Fact]
    public async Task Complete_GuardedText_IsCheckedBothWays()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("Mail ", FakeGuardrails.Address);

        var body = await AskAsync(platform, $"\"prompt\":[\"To {FakeGuardrails.Address}\",\"x\"]");
        using var blocked = await PostAsync(platform, $"\"prompt\":\"{FakeGuardrails.Forbidden}\"");

        Assert.Contains("To [EMAIL]", platform.Inference.Requests.Select(sent => sent.Text));
        Assert.Equal("Mail [EMAIL]", body.GetProperty("choices")[1].GetProperty("text").GetString());
        Assert.Equal(("prompt", "guardrail_blocked"), await ErrorAsync(blocked));
    }

    [Fact]
    public async Task Complete_GuardedTokens_AreNeverChangedAndNeverUnchecked()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Vocabulary[7] = FakeGuardrails.Address;
        platform.Inference.Vocabulary[8] = FakeGuardrails.Forbidden;

        using var changed = await PostAsync(platform, "\"prompt\":[5,7]");
        using var blocked = await PostAsync(platform, "\"prompt\":[8]");
        platform.Inference.Vocabulary.Clear();
        using var unknown = await PostAsync(platform, "\"prompt\":[5]");

        Assert.Equal(("prompt", "guardrail_blocked"), await ErrorAsync(changed));
        Assert.Equal(("prompt", "guardrail_blocked"), await ErrorAsync(blocked));
        Assert.Equal(("prompt", "unsupported_parameter"), await ErrorAsync(unknown));
        Assert.Empty(platform.Inference.Requests);
    }

    [Fact]
    public async Task Complete_Request_CanBeExplained()
    {
        await using var platform = await Platform.StartAsync();

        using var response = await PostAsync(platform, "\"prompt\":\"x\"", requestId: "req_7");
        var explanation = await platform.Http.GetStringAsync("/v1/requests/req_7/explain");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("\"completion_id\":\"cmpl-7\"", explanation, StringComparison.Ordinal);
        Assert.Contains("\"step\":\"route\"", explanation, StringComparison.Ordinal);
        Assert.Contains("\"completion_tokens\":3", explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"n\":1", "prompt", "invalid_argument")]
    [InlineData("\"prompt\":\"\"", "prompt", "invalid_argument")]
    [InlineData("\"prompt\":[]", "prompt", "invalid_argument")]
    [InlineData("\"prompt\":5", "prompt", "invalid_argument")]
    [InlineData("\"prompt\":[\"a\",\"\"]", "prompt[1]", "invalid_argument")]
    [InlineData("\"prompt\":[1,-2]", "prompt[1]", "invalid_argument")]
    [InlineData("\"prompt\":[1,\"a\"]", "prompt[1]", "invalid_argument")]
    [InlineData("\"prompt\":[[1],[]]", "prompt[1]", "invalid_argument")]
    [InlineData("\"prompt\":[[1.5]]", "prompt[0][0]", "invalid_argument")]
    [InlineData("\"prompt\":\"a\",\"max_tokens\":-1", "max_tokens", "invalid_argument")]
    [InlineData("\"prompt\":\"a\",\"max_tokens\":0", "max_tokens", "invalid_argument")]
    [InlineData("\"prompt\":\"a\",\"logprobs\":6", "logprobs", "invalid_argument")]
    [InlineData("\"prompt\":\"a\",\"logprobs\":true", "logprobs", "invalid_argument")]
    [InlineData("\"prompt\":\"a\",\"echo\":1", "echo", "invalid_argument")]
    [InlineData("\"prompt\":\"a\",\"suffix\":\"b\"", "suffix", "unsupported_parameter")]
    [InlineData("\"prompt\":\"a\",\"best_of\":2", "best_of", "unsupported_parameter")]
    [InlineData("\"prompt\":\"a\",\"n\":9", "n", "invalid_argument")]
    [InlineData("\"prompt\":\"a\",\"temperature\":3", "temperature", "invalid_argument")]
    [InlineData("\"prompt\":\"a\",\"user\":5", "user", "invalid_argument")]
    [InlineData("\"prompt\":\"a\",\"stream_options\":{}", "stream_options", "invalid_argument")]
    [InlineData("\"prompt\":\"a\",\"messages\":[]", "messages", "unsupported_parameter")]
    [InlineData("\"prompt\":\"a\",\"tools\":[]", "tools", "unsupported_parameter")]
    [InlineData("\"prompt\":\"a\",\"store\":false", "store", "unsupported_parameter")]
    public async Task Complete_WrongField_IsRefusedByName(string fields, string param, string code)
    {
        await using var platform = await Platform.StartAsync();

        using var response = await PostAsync(platform, fields);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal((param, code), await ErrorAsync(response));
        Assert.Empty(platform.Inference.Requests);
    }

    [Fact]
    public async Task Complete_TooManyChoices_AreRefused()
    {
        await using var platform = await Platform.StartAsync();

        using var response = await PostAsync(
            platform, $"\"n\":8,\"prompt\":[{string.Join(',', Enumerable.Repeat("\"a\"", 17))}]");

        Assert.Equal(("n", "invalid_argument"), await ErrorAsync(response));
    }

    [Fact]
    public async Task Complete_Assistant_IsRefused()
    {
        await using var platform = await Platform.StartAsync();

        using var response = await platform.PostAsync(Path, """{"model":"docs-assistant","prompt":"a"}""");

        Assert.Equal(("model", "invalid_argument"), await ErrorAsync(response));
    }

    private static GenerateResponse Echo(string text, float logprob, params (string Text, float Logprob)[] top)
    {
        var token = new GeneratedToken { Token = Google.Protobuf.ByteString.CopyFromUtf8(text), Logprob = logprob };
        token.Top.Add(top.Select(
            next => new TopLogprob { Token = Google.Protobuf.ByteString.CopyFromUtf8(next.Text), Logprob = next.Logprob }));
        return new GenerateResponse { Tokens = new TokenBatch { Text = text, Tokens = { token }, IsPrompt = true } };
    }

    private static Task<HttpResponseMessage> PostAsync(Platform platform, string fields, string? requestId = null) =>
        platform.ChatAtAsync(Path, $$"""{"model":"plain",{{fields}}}""", requestId, whole: true);

    private static async Task<JsonElement> AskAsync(Platform platform, string fields)
    {
        using var response = await PostAsync(platform, fields);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task<(string? Param, string? Code)> ErrorAsync(HttpResponseMessage response)
    {
        var error = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error");
        return (error.GetProperty("param").GetString(), error.GetProperty("code").GetString());
    }
}
