using System.Text.Json;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;
using Millrace.Upstreams;
using Millrace.Upstreams.Tests;

namespace Millrace.Inference.Tests.Upstreams;

/// <summary>What is sent is what OpenAI's API documents, field by field.</summary>
public sealed class OpenAiRequestTests
{
    [Fact]
    public void Generate_EverythingThatTheApiHas_IsSentByItsNames()
    {
        var request = UpstreamMember.Hello();
        request.Chat.Messages.Insert(0, new ChatMessage { Role = ChatRole.System, Content = "Be brief.", Name = "op" });
        var call = new ToolCall { Id = "a", Name = "look", Arguments = "{}" };
        request.Chat.Messages.Add(new ChatMessage { Role = ChatRole.Assistant, ToolCalls = { call } });
        request.Chat.Messages.Add(new ChatMessage { Role = ChatRole.Tool, Content = "seen", ToolCallId = "a" });
        request.Sampling = new SamplingParameters
        {
            Temperature = 0.5f, TopP = 0.25f, FrequencyPenalty = 1, PresencePenalty = -1, Seed = 7, LogitBias = { [42] = -100 },
        };
        request.MaxTokens = 5;
        request.Stop.Add("END");

        using var json = Body(request, new UpstreamOptions { MaxTokensField = "max_completion_tokens" });

        Assert.Equal(
            """
            {"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[
            {"role":"system","content":"Be brief.","name":"op"},{"role":"user","content":"Hello"},
            {"role":"assistant","content":null,"tool_calls":[
            {"id":"a","type":"function","function":{"name":"look","arguments":"{}"}}]},
            {"role":"tool","content":"seen","tool_call_id":"a"}],"max_completion_tokens":5,"stop":["END"],"temperature":0.5,
            "top_p":0.25,"frequency_penalty":1,"presence_penalty":-1,"seed":7,"logit_bias":{"42":-100}}
            """.ReplaceLineEndings(""),
            json.RootElement.GetRawText());
    }

    [Theory]
    [InlineData("", "", false, """{"type":"json_object"}""")]
    [InlineData(
        """{"type": "object"}""",
        "point",
        true,
        """{"type":"json_schema","json_schema":{"name":"point","schema":{"type":"object"},"strict":true}}""")]
    [InlineData("{}", "", false, """{"type":"json_schema","json_schema":{"name":"answer","schema":{}}}""")]
    public void Generate_ResponseFormat_IsSentOn(string schema, string name, bool strict, string expected)
    {
        var request = UpstreamMember.Hello();
        request.ResponseFormat = new ResponseFormat { Schema = schema, Name = name, Strict = strict };

        using var json = Body(request, new UpstreamOptions());

        Assert.Equal(expected, json.RootElement.GetProperty("response_format").GetRawText());
    }

    [Fact]
    public void Generate_ExtensionsOfAServerThatHasThem_AreSent()
    {
        var request = Extended();
        request.Chat.Messages[0].Role = ChatRole.Assistant;
        request.Chat.ContinueLastMessage = true;
        request.CacheSalt = "tenant-a";

        using var json = Body(request, new UpstreamOptions { Extensions = true });

        string[] expected =
        [
            "top_k", "min_p", "repetition_penalty", "repeat_penalty", "ignore_eos", "cache_salt", "continue_final_message",
            "add_generation_prompt",
        ];
        Assert.Equal(expected, json.RootElement.EnumerateObject().Select(property => property.Name).Skip(4));
        Assert.DoesNotContain("tenant-a", json.RootElement.GetRawText(), StringComparison.Ordinal);
    }

    public static TheoryData<string, GenerateRequest> Unsupported => new()
    {
        { "sampling.top_k", Sampled(new SamplingParameters { TopK = 5 }) },
        { "sampling.min_p", Sampled(new SamplingParameters { MinP = 0.5f }) },
        { "sampling.repeat_penalty", Sampled(new SamplingParameters { RepeatPenalty = 1.1f }) },
        { "sampling.repeat_last_n", Sampled(new SamplingParameters { RepeatLastN = 5 }) },
        { "sampling.typical_p", Sampled(new SamplingParameters { TypicalP = 0.5f }) },
        { "sampling.dry_multiplier", Sampled(new SamplingParameters { DryMultiplier = 1 }) },
        { "sampling.mirostat", Sampled(new SamplingParameters { Mirostat = 2 }) },
        { "sampling.temperature", Sampled(new SamplingParameters { Temperature = float.NaN }) },
        { "ignore_end", new GenerateRequest { Chat = UpstreamMember.Hello().Chat, IgnoreEnd = true } },
        { "echo", new GenerateRequest { Text = "a", MaxTokens = 1, Echo = true } },
        { "max_tokens", new GenerateRequest { Text = "a" } },
        { "prompt", new GenerateRequest() },
        { "chat.messages", new GenerateRequest { Chat = new ChatPrompt() } },
        { "response_format", new GenerateRequest { Text = "a", MaxTokens = 1, ResponseFormat = new ResponseFormat() } },
        {
            "response_format.schema",
            new GenerateRequest { Chat = UpstreamMember.Hello().Chat, ResponseFormat = new ResponseFormat { Schema = "[]" } }
        },
        { "tool_choice", new GenerateRequest { Text = "a", ToolChoice = new ToolChoice { Mode = ToolMode.Required } } },
    };

    [Theory]
    [MemberData(nameof(Unsupported))]
    public void Generate_WhatTheApiLacks_IsRefusedByName(string param, GenerateRequest request)
    {
        var error = Assert.Throws<MillraceException>(() => Body(request, new UpstreamOptions()));

        Assert.Equal((Reason.InvalidArgument, param), (error.Reason, error.Param));
    }

    [Fact]
    public void Generate_ParameterAtTheValueThatSwitchesItOff_IsNoReasonToRefuse()
    {
        var off = new SamplingParameters { TopK = 0, MinP = 0, RepeatPenalty = 1, TypicalP = 1, DryMultiplier = 0, Mirostat = 0 };

        using var json = Body(Sampled(off), new UpstreamOptions());

        Assert.Equal(4, json.RootElement.EnumerateObject().Count());
    }

    [Fact]
    public async Task CountTokens_WithoutTokenizer_IsEstimatedFromBytes()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Hang);
        await using var member = await UpstreamMember.StartAsync(fake, null, ("ContextTokens", "512"));

        var counted = await member.Client.CountTokensAsync(new CountTokensRequest { Texts = { "", "abcd", "☃☃" } });

        Assert.Equal([0u, 2u, 2u], counted.Counts);
        Assert.Equal(512u, counted.ContextTokensMax);
        Assert.Equal(0, fake.Count);
    }

    [Fact]
    public async Task CountTokens_VllmsTokenizer_IsAskedBesideTheVersionedPath()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Status(200, """{"count":3,"max_model_len":9,"tokens":[1,2,3]}"""));
        await using var member = await UpstreamMember.StartAsync(fake, null, ("Tokenize", "true"));

        var request = new CountTokensRequest { Texts = { "abc" }, Chat = UpstreamMember.Hello().Chat };
        var counted = await member.Client.CountTokensAsync(request);

        Assert.Equal((3u, 3u), (counted.Counts.Single(), counted.ChatCount));
        Assert.Equal("/tokenize", (await fake.NextAsync()).Path);
        Assert.Equal(["model", "messages"], (await fake.NextAsync()).Fields);
    }

    [Fact]
    public async Task CountTokens_LlamaServersTokenizer_CountsTheRenderedChat()
    {
        await using var fake = await FakeUpstream.StartAsync(
            Behave.Status(200, """{"tokens":[]}"""),
            Behave.Status(200, """{"prompt":"<user>Hello"}"""),
            Behave.Status(200, """{"tokens":[4,5]}"""));
        await using var member = await UpstreamMember.StartAsync(fake, null, ("Tokenize", "true"));

        var counted = await member.Client.CountTokensAsync(new CountTokensRequest { Chat = UpstreamMember.Hello().Chat });

        Assert.Equal(2u, counted.ChatCount);
        Assert.Equal("/tokenize", (await fake.NextAsync()).Path);
        Assert.Equal("/apply-template", (await fake.NextAsync()).Path);
        Assert.Equal("<user>Hello", (await fake.NextAsync()).Body.GetProperty("content").GetString());
    }

    private static GenerateRequest Sampled(SamplingParameters sampling) =>
        new() { Chat = UpstreamMember.Hello().Chat, Sampling = sampling };

    private static GenerateRequest Extended()
    {
        var request = Sampled(new SamplingParameters { TopK = 5, MinP = 0.5f, RepeatPenalty = 1.5f });
        request.IgnoreEnd = true;
        return request;
    }

    private static JsonDocument Body(GenerateRequest request, UpstreamOptions options) =>
        JsonDocument.Parse(new OpenAiApi(options).Generate(request, "m").Json);
}
