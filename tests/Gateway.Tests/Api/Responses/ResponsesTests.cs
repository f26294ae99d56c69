using System.Net;
using System.Text.Json;
using Grpc.Core;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Api.Responses;

public sealed class ResponsesTests : IAsyncLifetime
{
    private const string Path = "/v1/responses";
    private RealSessions? _sessions;
    private Platform? _platform;

    private Platform Platform => _platform!;

    public async Task InitializeAsync()
    {
        _sessions = await RealSessions.StartAsync();
        _platform = await Platform.StartAsync(settings: [_sessions.Setting]);
    }

    [Fact]
    public async Task Create_Text_IsAWholeResponseThatCanBeAskedForAgain()
    {
        var created = await CreateAsync(new { model = "plain", input = "Say it", instructions = "Be brief.", metadata = new { a = "b" } });

        Assert.Equal(
            ("response", "completed", "plain"),
            (Text(created, "object"), Text(created, "status"), Text(created, "model")));
        var message = created.GetProperty("output")[0];
        Assert.Equal(("message", "assistant", "completed"), (Text(message, "type"), Text(message, "role"), Text(message, "status")));
        Assert.Equal("Hello there.", OutputText(created));
        Assert.Equal(
            """{"input_tokens":11,"input_tokens_details":{"cached_tokens":3},"output_tokens":3,"""
                + """ "output_tokens_details":{"reasoning_tokens":0},"total_tokens":14}""".TrimStart(),
            created.GetProperty("usage").GetRawText());
        Assert.Equal("Be brief.", Text(created, "instructions"));
        Assert.Equal(["Be brief.", "Say it"], Platform.Inference.LastRequest.Chat.Messages.Select(sent => sent.Content));
        Assert.Equal(created.GetRawText(), (await GetAsync(Text(created, "id"))).GetRawText());
        Assert.Empty(Platform.Gateway.Errors);
    }

    [Fact]
    public async Task Create_Stream_SendsEachStepWithARisingNumber()
    {
        using var response = await PostAsync(new { model = "plain", input = "Say it", stream = true });
        var events = Requests.Events(await response.TextAsync());

        Assert.Equal(
            [
                "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
                "response.output_text.delta", "response.output_text.delta", "response.output_text.done", "response.content_part.done",
                "response.output_item.done", "response.completed",
            ],
            events.Select(lines => Text(Requests.Data(lines), "type")));
        Assert.All(events, lines => Assert.StartsWith($"event: {Text(Requests.Data(lines), "type")}\n", lines, StringComparison.Ordinal));
        var numbers = events.Select(lines => Requests.Data(lines).GetProperty("sequence_number").GetInt32());
        Assert.Equal(Enumerable.Range(0, events.Length), numbers);
        var whole = Requests.Data(events[^1]).GetProperty("response");
        Assert.Equal("Hello there.", OutputText(whole));
        Assert.Equal(whole.GetRawText(), (await GetAsync(Text(whole, "id"))).GetRawText());
    }

    [Fact]
    public async Task Get_StreamStartingAfterEachEvent_IsTheRestByteForByte()
    {
        using var response = await PostAsync(new { model = "plain", input = "Say it", stream = true });
        var events = Requests.Events(await response.TextAsync());
        var id = Text(Requests.Data(events[0]).GetProperty("response"), "id");

        for (var number = 0; number < events.Length; number++)
        {
            var rest = await Platform.Http.GetStringAsync($"{Path}/{id}?stream=true&starting_after={number}").DefaultTimeout();
            Assert.Equal(events.Skip(number + 1), Requests.Events(rest));
        }

        Assert.Equal(events, Requests.Events(await Platform.Http.GetStringAsync($"{Path}/{id}?stream=true").DefaultTimeout()));
        Assert.Single(Platform.Inference.Requests);
    }

    [Fact]
    public async Task Create_BehindAnother_GoesOnFromItsAnswerWithoutItsInstructions()
    {
        var first = await CreateAsync(new { model = "plain", input = "My name is Ann.", instructions = "Be brief." });
        Platform.Inference.Answers("Ann.");
        var second = await CreateAsync(new { model = "plain", input = "Who am I?", previous_response_id = Text(first, "id") });
        await CreateAsync(new { model = "plain", input = "And now?", previous_response_id = Text(first, "id") });

        Assert.Equal(Text(first, "id"), Text(second, "previous_response_id"));
        var requests = Platform.Inference.Requests.ToArray();
        Assert.Equal(["My name is Ann.", "Hello there.", "Who am I?"], requests[1].Chat.Messages.Select(sent => sent.Content));
        Assert.Equal(["My name is Ann.", "Hello there.", "And now?"], requests[2].Chat.Messages.Select(sent => sent.Content));
    }

    [Fact]
    public async Task Create_InAConversation_BelongsToIt()
    {
        using var made = await Platform.Http.PostAsync("/v1/conversations", new { });
        var conversation = Text(await made.JsonAsync(), "id");
        await CreateAsync(new { model = "plain", input = "My name is Ann.", conversation });
        var second = await CreateAsync(new { model = "plain", input = "Who am I?", conversation = new { id = conversation } });

        Assert.Equal(conversation, Text(second.GetProperty("conversation"), "id"));
        Assert.Equal(3, Platform.Inference.LastRequest.Chat.Messages.Count);
        using var items = JsonDocument.Parse(await Platform.Http.GetStringAsync($"/v1/conversations/{conversation}/items"));
        Assert.Equal(4, items.RootElement.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Create_WithTools_StreamsTheCallAndTakesItsResult()
    {
        var tools = new[] { new { type = "function", name = "weather", parameters = new { type = "object" }, strict = true } };
        Platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await CallAsync(speaker, "call_1", "weather", "{\"city\":");
            await CallAsync(speaker, "", "", "\"Oslo\"}");
            await speaker.FinishAsync(FinishReason.ToolCalls);
        };
        using var response = await PostAsync(new { model = "plain", input = "Weather?", tools, tool_choice = "required", stream = true });
        var events = Requests.Events(await response.TextAsync());

        Assert.Equal(
            [
                "response.created", "response.in_progress", "response.output_item.added", "response.function_call_arguments.delta",
                "response.function_call_arguments.done", "response.output_item.done", "response.completed",
            ],
            events.Select(lines => Text(Requests.Data(lines), "type")));
        var call = Requests.Data(events[^1]).GetProperty("response").GetProperty("output")[0];
        Assert.Equal(
            ("function_call", "call_1", "weather", "{\"city\":\"Oslo\"}"),
            (Text(call, "type"), Text(call, "call_id"), Text(call, "name"), Text(call, "arguments")));
        Assert.Equal(ToolMode.Required, Platform.Inference.LastRequest.ToolChoice.Mode);

        Platform.Inference.Answers("Sunny.");
        object[] input =
        [
            new { role = "user", content = "Weather?" }, call,
            new { type = "function_call_output", call_id = "call_1", output = "sun" },
        ];
        await CreateAsync(new { model = "plain", input, tools });
        var sent = Platform.Inference.LastRequest.Chat.Messages;
        Assert.Equal("weather", sent[1].ToolCalls.Single().Name);
        Assert.Equal((Contracts.Inference.V1.ChatRole.Tool, "call_1", "sun"), (sent[2].Role, sent[2].ToolCallId, sent[2].Content));
    }

    [Fact]
    public async Task Create_WithAllowedTools_OffersThemAlone()
    {
        await CreateAsync(new
        {
            model = "plain",
            input = "Weather?",
            tools = new[] { new { type = "function", name = "weather" }, new { type = "function", name = "clock" } },
            tool_choice = new { type = "allowed_tools", mode = "required", tools = new[] { new { type = "function", name = "clock" } } },
        });

        var sent = Platform.Inference.LastRequest;
        Assert.Equal(("clock", ToolMode.Required), (Assert.Single(sent.Tools).Name, sent.ToolChoice.Mode));
    }

    [Fact]
    public async Task Create_FromAnAssistant_HasAnnotations()
    {
        Platform.Inference.Answers("Parcels", " are", " tracked. [2]");
        using var response = await PostAsync(new { model = "docs-assistant", input = "Are parcels tracked?", stream = true });
        var events = Requests.Events(await response.TextAsync()).Select(Requests.Data).ToArray();

        var added = events.Single(data => Text(data, "type") == "response.output_text.annotation.added").GetProperty("annotation");
        Assert.Equal(("url_citation", "shipping policy"), (Text(added, "type"), Text(added, "title")));
        var part = events[^1].GetProperty("response").GetProperty("output")[0].GetProperty("content")[0];
        Assert.Equal(added.GetRawText(), part.GetProperty("annotations")[0].GetRawText());
        Assert.Equal("Parcels are tracked. [2]", Text(part, "text"));
    }

    [Fact]
    public async Task Create_CutOff_IsIncomplete()
    {
        Platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("Hel");
            await speaker.FinishAsync(FinishReason.Length);
        };
        var created = await CreateAsync(new { model = "plain", input = "Say it", max_output_tokens = 1 });

        Assert.Equal("incomplete", Text(created, "status"));
        Assert.Equal("max_output_tokens", Text(created.GetProperty("incomplete_details"), "reason"));
        Assert.Equal(1u, Platform.Inference.LastRequest.MaxTokens);
    }

    [Fact]
    public async Task Create_FailureInMidStream_IsAFailedResponse()
    {
        Platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("Half ");
            throw new RpcException(new Status(StatusCode.Unavailable, "killed"));
        };
        using var response = await PostAsync(new { model = "plain", input = "Say it", stream = true });
        var events = Requests.Events(await response.TextAsync()).Select(Requests.Data).ToArray();

        Assert.Equal("response.failed", Text(events[^1], "type"));
        Assert.Equal(events.Length - 1, events[^1].GetProperty("sequence_number").GetInt32());
        Assert.Equal("upstream_unavailable", Text(events[^1].GetProperty("response").GetProperty("error"), "code"));
        Assert.Equal("failed", Text(await GetAsync(Text(events[0].GetProperty("response"), "id")), "status"));
    }

    [Fact]
    public async Task Create_NotStored_CannotBeAskedForOrFollowed()
    {
        var created = await CreateAsync(new { model = "plain", input = "Say it", store = false });
        using var asked = await Platform.Http.GetAsync($"{Path}/{Text(created, "id")}");
        using var followed = await PostAsync(new { model = "plain", input = "x", previous_response_id = Text(created, "id") });

        Assert.Equal((HttpStatusCode.NotFound, "response_not_found"), (asked.StatusCode, await asked.CodeAsync()));
        Assert.Equal("previous_response_id", Text((await followed.JsonAsync()).GetProperty("error"), "param"));
    }

    [Fact]
    public async Task AnyCall_OfAnotherTenant_DoesNotSeeTheResponse()
    {
        var created = await CreateAsync(new { model = "plain", input = "Say it" });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Path}/{Text(created, "id")}");
        request.Headers.Add("x-millrace-tenant", "other");
        using var asked = await Platform.Http.SendAsync(request).DefaultTimeout();

        Assert.Equal(HttpStatusCode.NotFound, asked.StatusCode);
    }

    [Fact]
    public async Task Delete_Response_TakesItsMessagesAlong()
    {
        var created = await CreateAsync(new { model = "plain", input = "Say it" });
        using var deleted = await Platform.Http.DeleteAsync($"{Path}/{Text(created, "id")}").DefaultTimeout();

        Assert.True((await deleted.JsonAsync()).GetProperty("deleted").GetBoolean());
        using var asked = await Platform.Http.GetAsync($"{Path}/{Text(created, "id")}").DefaultTimeout();
        Assert.Equal(HttpStatusCode.NotFound, asked.StatusCode);
        var conversations = JsonElement.Parse(await Platform.Http.GetStringAsync("/v1/conversations"));
        Assert.Equal(0, conversations.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task InputItems_OfAResponse_AreWhatWasPutIn()
    {
        object[] input = [new { role = "user", content = "One" }, new { role = "user", content = "Two" }];
        var created = await CreateAsync(new { model = "plain", input });

        var items = JsonElement.Parse(await Platform.Http.GetStringAsync($"{Path}/{Text(created, "id")}/input_items?order=asc&limit=1"));
        Assert.Equal("One", Text(items.GetProperty("data")[0].GetProperty("content")[0], "text"));
        Assert.True(items.GetProperty("has_more").GetBoolean());
        var rest = JsonElement.Parse(await Platform.Http.GetStringAsync(
            $"{Path}/{Text(created, "id")}/input_items?order=asc&after={Text(items, "last_id")}"));
        Assert.Equal("Two", Text(rest.GetProperty("data")[0].GetProperty("content")[0], "text"));
    }

    [Fact]
    public async Task InputTokens_OfARequest_AreCountedWithWhatWentBefore()
    {
        var first = await CreateAsync(new { model = "plain", input = "My name is Ann." });
        using var alone = await Platform.Http.PostAsync($"{Path}/input_tokens", new { model = "plain", input = "Who am I?" });
        using var behind = await Platform.Http.PostAsync(
            $"{Path}/input_tokens", new { model = "plain", input = "Who am I?", previous_response_id = Text(first, "id") });

        Assert.Equal("""{"object":"response.input_tokens","input_tokens":7}""", await alone.TextAsync());
        Assert.Equal(7 + 8 + 6, (await behind.JsonAsync()).GetProperty("input_tokens").GetInt32());
    }

    [Fact]
    public async Task Create_SameIdempotencyKey_IsOneResponse()
    {
        var body = new { model = "plain", input = "Say it" };
        using var first = await Platform.Http.PostAsync(Path, body, ("Idempotency-Key", "k"));
        using var second = await Platform.Http.PostAsync(Path, body, ("Idempotency-Key", "k"));

        Assert.Equal(await first.TextAsync(), await second.TextAsync());
        Assert.Equal("true", second.Headers.GetValues("idempotent-replayed").Single());
        Assert.Single(Platform.Inference.Requests);
    }

    [Theory]
    [InlineData("input", """{"model":"plain"}""")]
    [InlineData("model", """{"input":"x"}""")]
    [InlineData("input[0].content", """{"model":"plain","input":[{"role":"user"}]}""")]
    [InlineData("input[0].type", """{"model":"plain","input":[{"type":"item_reference","id":"x"}]}""")]
    [InlineData("input[0].content[0].type", """{"model":"plain","input":[{"role":"user","content":[{"type":"input_image"}]}]}""")]
    [InlineData("tools[0].type", """{"model":"plain","input":"x","tools":[{"type":"web_search"}]}""")]
    [InlineData("tool_choice", """{"model":"plain","input":"x","tool_choice":"required"}""")]
    [InlineData("input", """{"model":"plain","input":[{"type":"function_call_output","call_id":"c","output":"x"}]}""")]
    [InlineData("input", """{"model":"plain","input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}]}""")]
    [InlineData("tools[1].name", """
        {"model":"plain","input":"x","tools":[{"type":"function","name":"f"},{"type":"function","name":"f"}]}
        """)]
    [InlineData("tool_choice.tools[0].name", """
        {"model":"plain","input":"x","tools":[{"type":"function","name":"f"}],
         "tool_choice":{"type":"allowed_tools","tools":[{"type":"function","name":"g"}]}}
        """)]
    [InlineData("text.format.name", """{"model":"plain","input":"x","text":{"format":{"type":"text","name":"n"}}}""")]
    [InlineData("text.format", """{"model":"plain","input":"x","text":{"format":{"type":"grammar"}}}""")]
    [InlineData("text.format.schema", """{"model":"plain","input":"x","text":{"format":{"type":"json_schema","name":"n"}}}""")]
    [InlineData("reasoning.effort", """{"model":"plain","input":"x","reasoning":{"effort":"high"}}""")]
    [InlineData("include[0]", """{"model":"plain","input":"x","include":["file_search_call.results"]}""")]
    [InlineData("top_logprobs", """{"model":"plain","input":"x","top_logprobs":3}""")]
    [InlineData("background", """{"model":"plain","input":"x","background":true,"store":false}""")]
    [InlineData("previous_response_id", """{"model":"plain","input":"x","previous_response_id":"a","conversation":"b"}""")]
    [InlineData("previous_response_id", """{"model":"plain","input":"x","previous_response_id":"resp_none"}""")]
    [InlineData("conversation", """{"model":"plain","input":"x","conversation":"none"}""")]
    [InlineData("max_tokens", """{"model":"plain","input":"x","max_tokens":3}""")]
    [InlineData("truncation", """{"model":"plain","input":"x","truncation":"middle"}""")]
    public async Task Create_FieldThatIsWrong_IsRefusedByName(string param, string body)
    {
        using var response = await Platform.PostAsync(Path, body);

        Assert.InRange((int)response.StatusCode, 400, 404);
        Assert.Equal(param, Text((await response.JsonAsync()).GetProperty("error"), "param"));
        Assert.Empty(Platform.Inference.Requests);
    }

    public async Task DisposeAsync()
    {
        if (_platform is not null) await _platform.DisposeAsync();
        if (_sessions is not null) await _sessions.DisposeAsync();
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";

    private static string OutputText(JsonElement response) => Text(response.GetProperty("output")[0].GetProperty("content")[0], "text");

    private static Task CallAsync(Speaker speaker, string id, string name, string arguments) => speaker.WriteAsync(new GenerateResponse
    {
        Tokens = new TokenBatch { ToolCalls = { new ToolCallDelta { Id = id, Name = name, Arguments = arguments } } },
    });

    private Task<HttpResponseMessage> PostAsync(object body) => Platform.Http.PostAsync(Path, body);

    private async Task<JsonElement> CreateAsync(object body)
    {
        using var response = await PostAsync(body);
        var json = await response.JsonAsync();
        Assert.True(response.IsSuccessStatusCode, json.GetRawText());
        return json;
    }

    private async Task<JsonElement> GetAsync(string id) =>
        JsonElement.Parse(await Platform.Http.GetStringAsync($"{Path}/{id}").DefaultTimeout());
}
