using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;
using Millrace.Upstreams.Tests;

namespace Millrace.Inference.Tests.Upstreams;

public sealed class AnthropicTests
{
    private const string Start =
        """{"type":"message_start","message":{"id":"m1","type":"message","role":"assistant","content":[],"model":"m","usage":"""
        + """{"input_tokens":10,"cache_creation_input_tokens":3,"cache_read_input_tokens":5,"output_tokens":1}}}""";

    private const string Stop = """{"type":"message_stop"}""";

    private static readonly string[] Text =
    [
        Start, """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""", """{"type":"ping"}""",
        """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}""",
        """{"type":"content_block_stop","index":0}""", """{"type":"kind_of_tomorrow","x":1}""", Delta("end_turn"), Stop,
    ];

    [Fact]
    public async Task Generate_Text_CountsCachedTokensAsPromptAndTellsThemAtOnce()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(Text));
        await using var member = await StartAsync(fake);

        var result = await member.AskAsync();

        Assert.Equal("Hi", result.Text);
        Assert.Equal((18u, 5u), (result.Started.PromptTokens, result.Started.CachedTokens));
        Assert.Equal((FinishReason.Stop, 12u), (result.Finished.Reason, result.Finished.CompletionTokens));
        Assert.Single(result.Messages, message => message.Started is not null);
    }

    [Fact]
    public async Task Generate_Chat_IsSentAsTheApiDocumentsIt()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(Text));
        await using var member = await StartAsync(fake);

        await member.AskAsync(Everything());

        var received = await fake.NextAsync();
        Assert.Equal("/v1/messages", received.Path);
        Assert.Equal(("2023-06-01", UpstreamMember.Key), (received.Headers["anthropic-version"], received.Headers["x-api-key"]));
        Assert.False(received.Headers.ContainsKey("Authorization"));
        Assert.Equal(
            """
            {"model":"vendor/model-1","stream":true,"max_tokens":4096,"system":[{"type":"text","text":"Be brief."}],
            "messages":[{"role":"user","content":[{"type":"text","text":"Look."}]},
            {"role":"assistant","content":[{"type":"tool_use","id":"a","name":"look","input":{"x":1}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"seen"},{"type":"text","text":"Well?"}]}],
            "temperature":0.5,"top_k":3,"stop_sequences":["END"],"tools":[{"name":"look","input_schema":{"type":"object"}}],
            "tool_choice":{"type":"any","disable_parallel_tool_use":true}}
            """.ReplaceLineEndings(""),
            received.Body.GetRawText());
    }

    [Fact]
    public async Task Generate_ToolCalls_AreNumberedAndNeverWithoutArguments()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(
            Start,
            """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}""",
            """{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"a","name":"look","input":{}}}""",
            """{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"x\""}}""",
            """{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":":1}"}}""",
            """{"type":"content_block_stop","index":1}""",
            """{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"b","name":"now","input":{}}}""",
            """{"type":"content_block_stop","index":2}""",
            Delta("tool_use"),
            Stop));
        await using var member = await StartAsync(fake);

        var result = await member.AskAsync();

        var calls = result.Messages.SelectMany(message => message.Tokens?.ToolCalls.AsEnumerable() ?? []).ToLookup(piece => piece.Index);
        Assert.Equal("""{"x":1}""", string.Concat(calls[0].Select(piece => piece.Arguments)));
        Assert.Equal("{}", string.Concat(calls[1].Select(piece => piece.Arguments)));
        Assert.Equal(("b", "now"), (calls[1].First().Id, calls[1].First().Name));
        Assert.Equal(FinishReason.ToolCalls, result.Finished.Reason);
    }

    [Theory]
    [InlineData("max_tokens", FinishReason.Length)]
    [InlineData("model_context_window_exceeded", FinishReason.Length)]
    [InlineData("refusal", FinishReason.ContentFilter)]
    [InlineData("stop_sequence", FinishReason.Stop)]
    public async Task Generate_StopReason_IsMapped(string given, FinishReason expected)
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events([.. Text[..^2], Delta(given), Stop]));
        await using var member = await StartAsync(fake);

        Assert.Equal(expected, (await member.AskAsync()).Finished.Reason);
    }

    [Fact]
    public async Task Generate_OverloadedBeforeTheFirstToken_IsTriedAgain()
    {
        const string Overloaded = """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""";
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(Start, Overloaded), Behave.Events(Text));
        await using var member = await StartAsync(fake);

        Assert.Equal("Hi", (await member.AskAsync()).Text);
    }

    [Fact]
    public async Task Generate_PromptTooLong_IsContextLengthExceeded()
    {
        const string Body =
            """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 tokens > 8 maximum"}}""";
        await using var fake = await FakeUpstream.StartAsync(Behave.Status(400, Body));
        await using var member = await StartAsync(fake);

        Assert.Equal(Reason.ContextLengthExceeded, (await member.FailAsync()).Reason);
    }

    public static TheoryData<string, GenerateRequest> Unsupported => new()
    {
        { "text", new GenerateRequest { Text = "a" } },
        { "tokens", new GenerateRequest { Tokens = new TokenSequence { Ids = { 1 } } } },
        { "sampling.seed", With(request => request.Sampling = new SamplingParameters { Seed = 1 }) },
        { "sampling.frequency_penalty", With(request => request.Sampling = new SamplingParameters { FrequencyPenalty = 1 }) },
        { "sampling.presence_penalty", With(request => request.Sampling = new SamplingParameters { PresencePenalty = 1 }) },
        { "sampling.min_p", With(request => request.Sampling = new SamplingParameters { MinP = 0.1f }) },
        { "sampling.logit_bias", With(request => request.Sampling = new SamplingParameters { LogitBias = { [1] = 1 } }) },
        { "sampling.temperature", With(request => request.Sampling = new SamplingParameters { Temperature = 1.5f }) },
        { "choice_count", With(request => request.ChoiceCount = 2) },
        { "logprobs", With(request => request.Logprobs = true) },
        { "ignore_end", With(request => request.IgnoreEnd = true) },
        { "response_format", With(request => request.ResponseFormat = new ResponseFormat()) },
        { "echo", With(request => request.Echo = true) },
    };

    [Theory]
    [MemberData(nameof(Unsupported))]
    public async Task Generate_WhatTheApiLacks_IsRefusedByName(string param, GenerateRequest request)
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(Text));
        await using var member = await StartAsync(fake);

        var error = await member.FailAsync(request);

        Assert.Equal((Reason.InvalidArgument, param), (error.Reason, error.Param));
        Assert.Equal(0, fake.Count);
    }

    [Fact]
    public async Task Generate_JsonSchema_IsTheOutputsForm()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(Text));
        await using var member = await StartAsync(fake);

        await member.AskAsync(With(request => request.ResponseFormat = new ResponseFormat { Schema = """{"type":"object"}""" }));

        var sent = (await fake.NextAsync()).Body.GetProperty("output_config").GetRawText();
        Assert.Equal("""{"format":{"type":"json_schema","schema":{"type":"object"}}}""", sent);
    }

    [Fact]
    public async Task CountTokens_Chat_AsksTheCountingEndpoint()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Status(200, """{"input_tokens":14}"""));
        await using var member = await StartAsync(fake);

        var request = new CountTokensRequest { Chat = UpstreamMember.Hello().Chat, Texts = { "1234567" } };
        var counted = await member.Client.CountTokensAsync(request);

        Assert.Equal((14u, 3u), (counted.ChatCount, counted.Counts.Single()));
        var received = await fake.NextAsync();
        Assert.Equal("/v1/messages/count_tokens", received.Path);
        Assert.Equal(["model", "messages"], received.Fields);
    }

    private static Task<UpstreamMember> StartAsync(FakeUpstream fake) => UpstreamMember.StartAsync(fake, null, ("Kind", "anthropic"));

    private static string Delta(string reason) =>
        $$"""{"type":"message_delta","delta":{"stop_reason":"{{reason}}","stop_sequence":null},"usage":{"output_tokens":12} }""";

    private static GenerateRequest With(Action<GenerateRequest> change)
    {
        var request = UpstreamMember.Hello();
        change(request);
        return request;
    }

    private static GenerateRequest Everything() => new()
    {
        Chat = new ChatPrompt
        {
            Messages =
            {
                new ChatMessage { Role = ChatRole.System, Content = "Be brief." },
                new ChatMessage { Role = ChatRole.User, Content = "Look." },
                new ChatMessage
                {
                    Role = ChatRole.Assistant,
                    ToolCalls = { new ToolCall { Id = "a", Name = "look", Arguments = """{"x":1}""" } },
                },
                new ChatMessage { Role = ChatRole.Tool, Content = "seen", ToolCallId = "a" },
                new ChatMessage { Role = ChatRole.User, Content = "Well?" },
            },
        },
        Sampling = new SamplingParameters { Temperature = 0.5f, TopK = 3 },
        Stop = { "END" },
        Tools = { new ToolDefinition { Name = "look" } },
        ToolChoice = new ToolChoice { Mode = ToolMode.Required, Single = true },
    };
}
