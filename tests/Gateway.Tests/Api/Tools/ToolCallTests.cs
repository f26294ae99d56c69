using System.Net;
using System.Text.Json;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Tests.Fakes;

namespace Millrace.Gateway.Tests.Api.Tools;

/// <summary>Tools are offered, called and answered over HTTP.</summary>
public sealed class ToolCallTests
{
    private const string Weather = """
        {"type":"function","function":{"name":"weather","description":"Tells the weather.","strict":true,
          "parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}
        """;

    private const string Clock = """{"type":"function","function":{"name":"clock","description":null,"parameters":null,"strict":null}}""";
    private const string User = """{"role":"user","content":"How is the weather in Rome?"}""";

    [Fact]
    public async Task Chat_ToolsAndChoice_ReachTheModel()
    {
        await using var platform = await Platform.StartAsync();

        await AskAsync(platform, User, $$$"""
            "tools":[{{{Weather}}},{{{Clock}}}],"tool_choice":{"type":"function","function":{"name":"clock"}},"parallel_tool_calls":false
            """);

        var sent = platform.Inference.LastRequest;
        Assert.Equal(["weather", "clock"], sent.Tools.Select(tool => tool.Name));
        Assert.Equal(("Tells the weather.", true), (sent.Tools[0].Description, sent.Tools[0].Strict));
        Assert.Equal("""{"type":"object","properties":{"city":{"type":"string"}}}""", sent.Tools[0].ParametersSchema);
        Assert.Equal(("", "", false), (sent.Tools[1].Description, sent.Tools[1].ParametersSchema, sent.Tools[1].Strict));
        Assert.Equal((ToolMode.Named, "clock", true), (sent.ToolChoice.Mode, sent.ToolChoice.Name, sent.ToolChoice.Single));
    }

    [Theory]
    [InlineData("\"none\"", ToolMode.None, 2)]
    [InlineData("\"auto\"", ToolMode.Auto, 2)]
    [InlineData("null", ToolMode.Auto, 2)]
    [InlineData("\"required\"", ToolMode.Required, 2)]
    [InlineData(
        """{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"clock"}}]}}""",
        ToolMode.Required,
        1)]
    [InlineData(
        """{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"clock"}}]}}""",
        ToolMode.Auto,
        1)]
    public async Task Chat_ToolChoice_NarrowsToolsAndMode(string choice, ToolMode mode, int count)
    {
        await using var platform = await Platform.StartAsync();

        await AskAsync(platform, User, $"\"tools\":[{Weather},{Clock}],\"tool_choice\":{choice}");

        var sent = platform.Inference.LastRequest;
        Assert.Equal((mode, count, "clock"), (sent.ToolChoice.Mode, sent.Tools.Count, sent.Tools[^1].Name));
    }

    [Theory]
    [InlineData(FinishReason.ToolCalls, HttpStatusCode.BadGateway)]
    [InlineData(FinishReason.Length, HttpStatusCode.OK)]
    public async Task Chat_CallOfAStrictTool_IsHeldToItsSchemaWhenItIsWhole(FinishReason reason, HttpStatusCode status)
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.CallAsync(0, "{}", "call_a", "clock");
            await speaker.CallAsync(1, "{\"city\":", "call_b", "weather");
            await speaker.CallAsync(1, "7}");
            await speaker.FinishAsync(reason);
        };

        using var response = await platform.PostAsync(
            "/v1/chat/completions", $$"""{"model":"plain","messages":[{{User}}],"tools":[{{Weather}},{{Clock}}]}""");

        Assert.Equal(status, response.StatusCode);
        if (status == HttpStatusCode.OK) return;
        var error = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error");
        Assert.Equal("invalid_answer", error.GetProperty("code").GetString());
        Assert.Contains("'weather' with arguments", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("'/city'", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_ParallelCalls_AreInTheMessage()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.CallAsync(0, "{\"city\":", "call_a", "weather");
            await speaker.CallAsync(1, "{}", "call_b", "clock");
            await speaker.CallAsync(0, " \"Rome\"}");
            await speaker.FinishAsync(FinishReason.ToolCalls);
        };

        var answer = await AskAsync(platform, User, $"\"tools\":[{Weather},{Clock}]");

        var choice = answer.GetProperty("choices")[0];
        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(JsonValueKind.Null, choice.GetProperty("message").GetProperty("content").ValueKind);
        Assert.Equal(
            """[{"id":"call_a","type":"function","function":{"name":"weather","arguments":"{\"city\": \"Rome\"}"}},"""
                + """{"id":"call_b","type":"function","function":{"name":"clock","arguments":"{}"}}]""",
            choice.GetProperty("message").GetProperty("tool_calls").GetRawText());
        Assert.Equal(3, answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Chat_TextAndCall_BothAreInTheMessage()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("I look.");
            await speaker.CallAsync(0, "{}", "call_a", "clock");
            await speaker.FinishAsync(FinishReason.ToolCalls);
        };

        var message = (await AskAsync(platform, User, $"\"tools\":[{Clock}]")).GetProperty("choices")[0].GetProperty("message");

        Assert.Equal("I look.", message.GetProperty("content").GetString());
        Assert.Equal(1, message.GetProperty("tool_calls").GetArrayLength());
    }

    [Fact]
    public async Task Chat_CallsAndResults_ReachTheModel()
    {
        await using var platform = await Platform.StartAsync();

        var messages = $"{User},{Caller},{Result("call_b", "Noon.")},{Result("call_a", "Sunny.")}";
        await AskAsync(platform, messages, $"\"tools\":[{Weather},{Clock}]");

        var sent = platform.Inference.LastRequest.Chat.Messages;
        Assert.Equal([ChatRole.User, ChatRole.Assistant, ChatRole.Tool, ChatRole.Tool], sent.Select(message => message.Role));
        Assert.Equal(["call_a", "call_b"], sent[1].ToolCalls.Select(call => call.Id));
        Assert.Equal(("weather", "{\"city\": \"Rome\"}", ""), (sent[1].ToolCalls[0].Name, sent[1].ToolCalls[0].Arguments, sent[1].Content));
        Assert.Equal([("call_b", "Noon."), ("call_a", "Sunny.")], sent.Skip(2).Select(message => (message.ToolCallId, message.Content)));
    }

    [Fact]
    public async Task Chat_GuardChangesArguments_BothWays()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.CallAsync(0, "{\"to\": \"ann@", "call_a", "clock");
            await speaker.CallAsync(0, "example.com\"}");
            await speaker.FinishAsync(FinishReason.ToolCalls);
        };
        var caller = Caller.Replace("Rome", FakeGuardrails.Address, StringComparison.Ordinal);

        var answer = await AskAsync(
            platform, $"{User},{caller},{Result("call_a", FakeGuardrails.Address)},{Result("call_b", "Noon.")}", $"\"tools\":[{Clock}]");

        var sent = platform.Inference.LastRequest.Chat.Messages;
        Assert.Equal(("{\"city\": \"[EMAIL]\"}", "[EMAIL]"), (sent[1].ToolCalls[0].Arguments, sent[2].Content));
        var call = answer.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function");
        Assert.Equal("{\"to\": \"[EMAIL]\"}", call.GetProperty("arguments").GetString());
        Assert.Contains(platform.Guardrails.Starts, start => start.Json);
    }

    [Fact]
    public async Task Chat_GuardBlocksArguments_EndsTheChoice()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.CallAsync(0, "{\"to\": \"", "call_a", "clock");
            await speaker.CallAsync(1, "{}", "call_b", "clock");
            await speaker.CallAsync(0, FakeGuardrails.Forbidden);
            await speaker.CallAsync(1, "{}");
            await speaker.FinishAsync(FinishReason.ToolCalls);
        };

        var choice = (await AskAsync(platform, User, $"\"tools\":[{Clock}]")).GetProperty("choices")[0];

        Assert.Equal("content_filter", choice.GetProperty("finish_reason").GetString());
        Assert.DoesNotContain(FakeGuardrails.Forbidden, choice.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_ForbiddenArgumentsInAMessage_AreNamed()
    {
        await using var platform = await Platform.StartAsync();
        var caller = Caller.Replace("Rome", FakeGuardrails.Forbidden, StringComparison.Ordinal);

        using var response = await PostAsync(platform, $"{User},{caller},{Result("call_a", "")},{Result("call_b", "")}", "\"n\":1");

        Assert.Equal(("messages[1].tool_calls[0].function.arguments", "guardrail_blocked"), await ErrorAsync(response));
    }

    [Fact]
    public async Task Chat_MemberRefusesAMessage_IsToldInTheCallersWords()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = (_, _) => throw ServiceDefaults.Errors.MillraceException.InvalidArgument(
            "chat.messages[3].tool_calls", "Leave chat.messages[3].tool_calls out.");

        using var response = await PostAsync(platform, User, "\"n\":1");

        Assert.Equal(("messages", "invalid_argument"), await ErrorAsync(response));
        Assert.Contains("Leave 'tool_calls' of 'messages' out.", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_QuotingAssistant_RefusesToolsAndForms()
    {
        await using var platform = await Platform.StartAsync();

        using var tools = await platform.PostAsync(
            "/v1/chat/completions", $$"""{"model":"docs-assistant","messages":[{{User}}],"tools":[{{Clock}}]}""");
        using var form = await platform.PostAsync(
            "/v1/chat/completions",
            $$$"""{"model":"docs-assistant","messages":[{{{User}}}],"response_format":{"type":"json_object"}}""");

        Assert.Equal(("tools", "unsupported_parameter"), await ErrorAsync(tools));
        Assert.Equal(("response_format", "unsupported_parameter"), await ErrorAsync(form));
    }

    [Fact]
    public async Task Chat_CitingAssistantAfterATool_SearchesForTheQuestion()
    {
        await using var platform = await Platform.StartAsync(settings: ("Assistants:docs-assistant:Grounding", "Citations"));
        platform.Inference.Answers("Standard shipping takes three days. [2]");

        using var response = await platform.PostAsync(
            "/v1/chat/completions",
            $$"""
            {"model":"docs-assistant","tools":[{{Clock}}],
             "messages":[{{User}},{{Caller}},{{Result("call_a", "Sunny.")}},{{Result("call_b", "Noon.")}}]}
            """);

        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        Assert.Equal("How is the weather in Rome?", Assert.Single(platform.Retrieval.Requests).Search.Query);
        var sent = platform.Inference.LastRequest.Chat.Messages;
        Assert.Contains("Question: How is the weather in Rome?", sent[1].Content, StringComparison.Ordinal);
        Assert.Equal(("Noon.", 1), (sent[^1].Content, platform.Inference.LastRequest.Tools.Count));
    }

    private const string Caller = """
        {"role":"assistant","content":null,"tool_calls":[
          {"id":"call_a","type":"function","function":{"name":"weather","arguments":"{\"city\": \"Rome\"}"}},
          {"id":"call_b","type":"function","function":{"name":"clock","arguments":"{}"}}]}
        """;

    private static string Result(string id, string content) => $$"""{"role":"tool","tool_call_id":"{{id}}","content":"{{content}}"}""";

    private static Task<HttpResponseMessage> PostAsync(Platform platform, string messages, string more) =>
        platform.PostAsync("/v1/chat/completions", $$"""{"model":"plain","messages":[{{messages}}],{{more}}}""");

    private static async Task<JsonElement> AskAsync(Platform platform, string messages, string more)
    {
        using var response = await PostAsync(platform, messages, more);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task<(string? Param, string? Code)> ErrorAsync(HttpResponseMessage response)
    {
        var error = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error");
        return (error.GetProperty("param").GetString(), error.GetProperty("code").GetString());
    }
}
