using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Millrace.Gateway.Tests.Fakes;

namespace Millrace.Gateway.Tests.Api.Conversations;

public sealed class ConversationsEndpointsTests
{
    [Fact]
    public async Task Create_WithItems_HasOpenAisShape()
    {
        await using var platform = await Platform.StartAsync();

        using var response = await platform.PostAsync(
            "/v1/conversations",
            """{"metadata":{"topic":"demo"},"items":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Hi"}]}]}""");
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(("conv_1", "conversation"), (body.GetProperty("id").GetString(), body.GetProperty("object").GetString()));
        Assert.Equal("Hi", platform.Sessions.Conversations["conv_1"].Single().Content);
    }

    [Fact]
    public async Task Items_CreatedAndListed_ArePagedNewestFirst()
    {
        await using var platform = await Platform.StartAsync();
        platform.Sessions.Conversations["c"] = [];
        using var created = await platform.PostAsync(
            "/v1/conversations/c/items",
            """{"items":[{"role":"user","content":"a","id":"m1"},{"role":"assistant","content":"b","id":"m2"}]}""");

        var first = await platform.Http.GetFromJsonAsync<JsonElement>("/v1/conversations/c/items?limit=1");
        var second = await platform.Http.GetFromJsonAsync<JsonElement>("/v1/conversations/c/items?limit=1&after=m2");

        Assert.Equal(HttpStatusCode.OK, created.StatusCode);
        Assert.Equal(("m2", true), (first.GetProperty("last_id").GetString(), first.GetProperty("has_more").GetBoolean()));
        var item = first.GetProperty("data")[0];
        Assert.Equal("output_text", item.GetProperty("content")[0].GetProperty("type").GetString());
        Assert.Equal(("m1", false), (second.GetProperty("first_id").GetString(), second.GetProperty("has_more").GetBoolean()));
    }

    [Fact]
    public async Task Items_CallsAndOutputs_AreItemsOfTheirOwn()
    {
        await using var platform = await Platform.StartAsync();
        platform.Sessions.Conversations["c"] = [];
        using var created = await platform.PostAsync(
            "/v1/conversations/c/items",
            """
            {"items":[{"role":"user","content":"a","id":"m1"},{"type":"message","role":"assistant","content":"I look.","id":"m2"},
              {"type":"function_call","id":"m2:0","call_id":"c1","name":"look","arguments":"{}","status":"completed"},
              {"type":"function_call","call_id":"c2","name":"look","arguments":"{ }"},
              {"type":"function_call_output","id":"m3","call_id":"c1","output":"seen"},
              {"type":"function_call_output","id":"m4","call_id":"c2","output":[{"type":"input_text","text":"gone"}]}]}
            """);
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync());

        var list = await platform.Http.GetFromJsonAsync<JsonElement>("/v1/conversations/c/items?order=asc");
        var newest = await platform.Http.GetFromJsonAsync<JsonElement>("/v1/conversations/c/items?limit=3");
        var rest = await platform.Http.GetFromJsonAsync<JsonElement>("/v1/conversations/c/items?after=m2:0");
        using var deleted = await platform.Http.DeleteAsync("/v1/conversations/c/items/m2:1");

        var stored = platform.Sessions.Conversations["c"];
        Assert.Equal(["m1", "m2", "m3", "m4"], stored.Select(message => message.Id));
        Assert.Equal(["c1", "c2"], stored[1].ToolCalls.Select(call => call.Id));
        Assert.Equal(("c2", "gone"), (stored[3].ToolCallId, stored[3].Content));
        Assert.Equal(["m1", "m2", "m2:0", "m2:1", "m3", "m4"], Ids(list));
        Assert.Equal(["m4", "m3", "m2:1", "m2:0", "m2"], Ids(newest));
        Assert.Equal(["m1"], Ids(rest));
        Assert.Equal(HttpStatusCode.BadRequest, deleted.StatusCode);
        var call = list.GetProperty("data")[3];
        Assert.Equal(
            ("function_call", "c2", "look", "{ }"),
            (Text(call, "type"), Text(call, "call_id"), Text(call, "name"), Text(call, "arguments")));
        var output = list.GetProperty("data")[4];
        Assert.Equal(("function_call_output", "c1", "seen"), (Text(output, "type"), Text(output, "call_id"), Text(output, "output")));
        Assert.False(output.TryGetProperty("role", out _));
    }

    [Theory]
    [InlineData("""{"items":[{"type":"function_call","call_id":"a","name":"f"}]}""", "items[0].arguments")]
    [InlineData("""{"items":[{"type":"function_call","call_id":"a","name":"f f","arguments":""}]}""", "items[0].name")]
    [InlineData("""{"items":[{"type":"function_call","name":"f","arguments":""}]}""", "items[0].call_id")]
    [InlineData("""{"items":[{"type":"function_call_output","call_id":"a"}]}""", "items[0].output")]
    [InlineData("""{"items":[{"type":"function_call_output","output":""}]}""", "items[0].call_id")]
    [InlineData("""{"items":[{"role":"tool","content":"x"}]}""", "items[0].role")]
    [InlineData("""{"items":[{"role":"user"}]}""", "items[0].content")]
    [InlineData("""{"items":[{"content":"x"}]}""", "items[0].role")]
    [InlineData("""{"items":[{"type":"reasoning","role":"user","content":"x"}]}""", "items[0].type")]
    [InlineData("""{"items":[{"role":"user","content":[{"type":"input_image"}]}]}""", "items[0].content[0].type")]
    [InlineData("""{"items":[]}""", "items")]
    [InlineData("""{"nothing":1}""", "nothing")]
    public async Task CreateItems_BadBody_NamesTheField(string body, string param)
    {
        await using var platform = await Platform.StartAsync();
        platform.Sessions.Conversations["c"] = [];

        using var response = await platform.PostAsync("/v1/conversations/c/items", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal(param, error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Export_Conversation_IsOneObjectALine()
    {
        await using var platform = await Platform.StartAsync();
        platform.Sessions.Conversations["c"] = [new() { Id = "m1", Content = "a\nb" }];

        using var response = await platform.Http.GetAsync(new Uri("/v1/conversations/c/export", UriKind.Relative));
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("application/jsonl", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(3, lines.Length);
        Assert.Equal("m1", JsonDocument.Parse(lines[1]).RootElement.GetProperty("id").GetString());
        Assert.Equal("in short", JsonDocument.Parse(lines[2]).RootElement.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Export_ConversationThatIsNotThere_IsNotFound()
    {
        await using var platform = await Platform.StartAsync();

        using var response = await platform.Http.GetAsync(new Uri("/v1/conversations/nowhere/export", UriKind.Relative));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static IEnumerable<string?> Ids(JsonElement list) =>
        list.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("id").GetString());

    private static string? Text(JsonElement item, string name) => item.GetProperty(name).GetString();
}
