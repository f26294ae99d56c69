using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Anthropic;

public sealed class MessagesTests
{
    private const string Weather =
        """{"name":"weather","description":"Tells it.","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}}""";

    [Fact]
    public async Task Message_PlainModel_HasAnthropicsShape()
    {
        await using var platform = await Platform.StartAsync();

        using var response = await platform.PostAsync(
            "/v1/messages",
            """
            {"model":"plain","max_tokens":64,"temperature":0.5,"top_p":0.9,"top_k":5,"stop_sequences":["END"],
             "system":[{"type":"text","text":"Be kind.","cache_control":{"type":"ephemeral"}}],"metadata":{"user_id":"u"},
             "thinking":{"type":"disabled"},"messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}]}
            """);
        var message = await JsonAsync(response);

        Assert.StartsWith("msg_", message.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("message", message.GetProperty("type").GetString());
        Assert.Equal("assistant", message.GetProperty("role").GetString());
        var block = Assert.Single(message.GetProperty("content").EnumerateArray());
        Assert.Equal(("text", "Hello there."), (block.GetProperty("type").GetString(), block.GetProperty("text").GetString()));
        Assert.Equal("end_turn", message.GetProperty("stop_reason").GetString());
        Assert.Equal(JsonValueKind.Null, message.GetProperty("stop_sequence").ValueKind);
        var usage = message.GetProperty("usage");
        Assert.Equal(
            (8, 3, 3),
            (usage.GetProperty("input_tokens").GetInt32(), usage.GetProperty("cache_read_input_tokens").GetInt32(),
                usage.GetProperty("output_tokens").GetInt32()));
        Assert.Equal(
            response.Headers.GetValues("x-request-id").Single(), response.Headers.GetValues("request-id").Single());

        var asked = platform.Inference.LastRequest;
        Assert.Equal((64u, 5u, 0.5f), (asked.MaxTokens, asked.Sampling.TopK, asked.Sampling.Temperature));
        Assert.Equal(["END"], asked.Stop);
        Assert.Equal(
            [(ChatRole.System, "Be kind."), (ChatRole.User, "Hi")],
            asked.Chat.Messages.Select(turn => (turn.Role, turn.Content)));
    }

    [Theory]
    [InlineData(FinishReason.Stop, "END", "stop_sequence", "END")]
    [InlineData(FinishReason.Stop, "", "end_turn", null)]
    [InlineData(FinishReason.Length, "", "max_tokens", null)]
    [InlineData(FinishReason.ContentFilter, "", "refusal", null)]
    public async Task Message_End_TellsItsReason(FinishReason reason, string stop, string expected, string? sequence)
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("Some");
            await speaker.WriteAsync(new GenerateResponse { Finished = new GenerationFinished { Reason = reason, Stop = stop } });
        };

        var message = await AskAsync(platform, "");

        Assert.Equal(expected, message.GetProperty("stop_reason").GetString());
        Assert.Equal(sequence, message.GetProperty("stop_sequence").GetString());
    }

    [Fact]
    public async Task Message_ToolsAndResults_GoToTheModelAndCallsComeBack()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = Calls;

        var message = await JsonAsync(await platform.PostAsync(
            "/v1/messages",
            $$$"""
            {"model":"plain","max_tokens":9,"tools":[{{{Weather}}}],
             "tool_choice":{"type":"tool","name":"weather","disable_parallel_tool_use":true},
             "messages":[{"role":"user","content":"Weather in Ulm?"},
              {"role":"assistant","content":[{"type":"text","text":"I look."},
               {"type":"tool_use","id":"t1","name":"weather","input":{"city": "Ulm"}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","is_error":true,"content":"Unknown city"},
               {"type":"text","text":"Try again."}]}]}
            """));

        var asked = platform.Inference.LastRequest;
        Assert.Equal("weather", Assert.Single(asked.Tools).Name);
        Assert.Equal((ToolMode.Named, "weather", true), (asked.ToolChoice.Mode, asked.ToolChoice.Name, asked.ToolChoice.Single));
        Assert.Equal(
            [ChatRole.User, ChatRole.Assistant, ChatRole.Tool, ChatRole.User], asked.Chat.Messages.Select(turn => turn.Role));
        Assert.Equal("""{"city": "Ulm"}""", Assert.Single(asked.Chat.Messages[1].ToolCalls).Arguments);
        Assert.Equal(("t1", "Error: Unknown city"), (asked.Chat.Messages[2].ToolCallId, asked.Chat.Messages[2].Content));

        var blocks = message.GetProperty("content").EnumerateArray().ToList();
        Assert.Equal(["text", "tool_use", "tool_use"], blocks.Select(block => block.GetProperty("type").GetString()));
        Assert.Equal(("c1", "Ulm"), (blocks[1].GetProperty("id").GetString(), City(blocks[1])));
        Assert.Equal(("c2", "Bonn"), (blocks[2].GetProperty("id").GetString(), City(blocks[2])));
        Assert.Equal("tool_use", message.GetProperty("stop_reason").GetString());

        static string? City(JsonElement block) => block.GetProperty("input").GetProperty("city").GetString();
    }

    [Fact]
    public async Task Message_ArgumentsThatAreNoObject_AreNamedSo()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.WriteAsync(Call(0, "c1", "weather", "{\"city\": "));
            await speaker.FinishAsync(FinishReason.ToolCalls);
        };

        var message = await AskAsync(platform, $",\"tools\":[{Weather}]");

        Assert.Equal("{\"city\": ", message.GetProperty("content")[0].GetProperty("input").GetProperty("INVALID_JSON").GetString());
    }

    [Fact]
    public async Task Stream_TextAndTools_IsAnthropicsSequenceOfEvents()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = Calls;

        var events = await EventsAsync(await platform.PostAsync("/v1/messages", Body($",\"stream\":true,\"tools\":[{Weather}]")));

        Assert.Equal(
            ["message_start", "ping", "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop",
                "content_block_start", "content_block_delta", "content_block_stop",
                "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"],
            events.Select(one => one.Name));
        Assert.All(events, one => Assert.Equal(one.Name, one.Data.GetProperty("type").GetString()));
        var head = events[0].Data.GetProperty("message");
        Assert.Equal(0, head.GetProperty("content").GetArrayLength());
        Assert.Equal(8, head.GetProperty("usage").GetProperty("input_tokens").GetInt32());
        Assert.Equal("text_delta", events[3].Data.GetProperty("delta").GetProperty("type").GetString());
        Assert.Equal("I look.", Joined(events, 0, "text"));
        Assert.Equal("""{"city":"Ulm"}""", Joined(events, 1, "partial_json"));
        Assert.Equal("""{"city":"Bonn"}""", Joined(events, 2, "partial_json"));
        Assert.Equal("c1", events[6].Data.GetProperty("content_block").GetProperty("id").GetString());
        var end = events[^2].Data;
        Assert.Equal("tool_use", end.GetProperty("delta").GetProperty("stop_reason").GetString());
        Assert.Equal(2, end.GetProperty("usage").GetProperty("output_tokens").GetInt32());
    }

    [Fact]
    public async Task Stream_Assistant_CitesInTheTextAndTellsTheSources()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("Parcels", " are", " tracked. [2]");

        var events = await EventsAsync(await platform.PostAsync(
            "/v1/messages",
            """
            {"model":"docs-assistant","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Are parcels tracked?"}]}
            """));

        Assert.Contains("[2]", Joined(events, 0, "text"), StringComparison.Ordinal);
        Assert.Equal(1, events[^2].Data.GetProperty("millrace").GetProperty("citations").GetArrayLength());
    }

    [Fact]
    public async Task Stream_BreaksOff_SaysSoInAnEvent()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("Some ");
            await speaker.TokenAsync("text");
        };

        var events = await EventsAsync(await platform.PostAsync("/v1/messages", Body(",\"stream\":true")));

        Assert.Equal("error", events[^1].Name);
        Assert.Equal("overloaded_error", events[^1].Data.GetProperty("error").GetProperty("type").GetString());
        Assert.StartsWith("req_", events[^1].Data.GetProperty("request_id").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":"plain","messages":[{"role":"user","content":"x"}]}""", "'max_tokens'")]
    [InlineData("""{"model":"plain","max_tokens":1,"messages":[{"role":"system","content":"x"}]}""", "'messages[0].role'")]
    [InlineData(
        """{"model":"plain","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{}}]}]}""",
        "'messages[0].content[0].type'")]
    [InlineData(
        """{"model":"plain","max_tokens":1,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y"}]}""",
        "'messages'")]
    [InlineData(
        """{"model":"plain","max_tokens":1,"messages":[{"role":"user","content":"x"}],"thinking":{"type":"enabled"}}""", "'thinking'")]
    [InlineData("""{"model":"plain","max_tokens":1,"messages":[{"role":"user","content":"x"}],"temperature":1.5}""", "'temperature'")]
    [InlineData("""{"model":"plain","max_tokens":1,"messages":[{"role":"user","content":"x"}],"n":2}""", "'n'")]
    [InlineData(
        """{"model":"plain","max_tokens":1,"messages":[{"role":"user","content":"x"}],"thread":{"type":"create"}}""", "'thread'")]
    [InlineData(
        """{"model":"plain","max_tokens":1,"messages":[{"role":"user","content":"x"}],"tool_choice":{"type":"any"}}""", "'tool_choice'")]
    [InlineData(
        """{"model":"plain","max_tokens":1,"messages":[{"role":"user","content":"x"}],"tools":[{"type":"bash_20250124","name":"b"}]}""",
        "'tools[0].type'")]
    [InlineData(
        """{"model":"plain","max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"}]}]}""",
        "'tool_use'")]
    [InlineData(
        """{"model":"plain","max_tokens":1,"messages":[{"role":"user","content":"x"}],"output_config":{"format":{"schema":{"type":1}}}}""",
        "'output_config.format.schema'")]
    public async Task Message_WrongField_IsRefusedByNameInAnthropicsShape(string body, string named)
    {
        await using var platform = await Platform.StartAsync();

        using var response = await platform.PostAsync("/v1/messages", body);
        var error = await response.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(["type", "error", "request_id"], error.EnumerateObject().Select(field => field.Name));
        Assert.Equal("invalid_request_error", error.GetProperty("error").GetProperty("type").GetString());
        Assert.Contains(named, error.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(response.Headers.GetValues("request-id").Single(), error.GetProperty("request_id").GetString());
    }

    [Fact]
    public async Task Message_OtherMethodOrModel_IsRefusedInAnthropicsShape()
    {
        await using var platform = await Platform.StartAsync();

        using var method = await platform.Http.GetAsync("/v1/messages").DefaultTimeout();
        using var model = await platform.PostAsync("/v1/messages", Body("").Replace("plain", "nobody", StringComparison.Ordinal));

        Assert.Equal("error", (await method.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString());
        var error = (await model.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal((HttpStatusCode.NotFound, "not_found_error"), (model.StatusCode, error.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task CountTokens_SystemMessagesAndTools_AreCountedByTheModel()
    {
        await using var platform = await Platform.StartAsync();
        const string Chat = """ "model":"docs-assistant","system":"Be kind.","messages":[{"role":"user","content":"Hi there"}] """;

        var bare = await JsonAsync(await platform.PostAsync("/v1/messages/count_tokens", $"{{{Chat}}}"));
        var tools = await JsonAsync(await platform.PostAsync("/v1/messages/count_tokens", $"{{{Chat},\"tools\":[{Weather}]}}"));
        using var wrong = await platform.PostAsync("/v1/messages/count_tokens", $"{{{Chat},\"max_tokens\":1}}");

        Assert.Equal(12, bare.GetProperty("input_tokens").GetInt32());
        Assert.True(tools.GetProperty("input_tokens").GetInt32() > 12);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    private static string Body(string more) =>
        $$"""{"model":"plain","max_tokens":64,"messages":[{"role":"user","content":"Say it"}]{{more}}}""";

    private static async Task<JsonElement> AskAsync(Platform platform, string more) =>
        await JsonAsync(await platform.PostAsync("/v1/messages", Body(more)));

    private static async Task Calls(GenerateRequest request, Speaker speaker)
    {
        await speaker.StartAsync();
        await speaker.TokenAsync("I ");
        await speaker.TokenAsync("look.");
        await speaker.WriteAsync(Call(0, "c1", "weather", "{\"city\":"));
        await speaker.WriteAsync(Call(0, "", "", "\"Ulm\"}"));
        await speaker.WriteAsync(Call(1, "c2", "weather", "{\"city\":\"Bonn\"}"));
        await speaker.FinishAsync(FinishReason.ToolCalls);
    }

    private static GenerateResponse Call(uint index, string id, string name, string arguments) => new()
    {
        Tokens = new TokenBatch { ToolCalls = { new ToolCallDelta { Index = index, Id = id, Name = name, Arguments = arguments } } },
    };

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<List<(string Name, JsonElement Data)>> EventsAsync(HttpResponseMessage response)
    {
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.ToString());
        var text = await response.Content.ReadAsStringAsync().DefaultTimeout();
        return [.. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('\n')).Select(lines =>
            (lines[0]["event: ".Length..], JsonSerializer.Deserialize<JsonElement>(lines[1]["data: ".Length..])))];
    }

    private static string Joined(IEnumerable<(string Name, JsonElement Data)> events, int index, string field) => string.Concat(events
        .Where(one => one.Name == "content_block_delta" && one.Data.GetProperty("index").GetInt32() == index)
        .Select(one => one.Data.GetProperty("delta").GetProperty(field).GetString()));
}
