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

    [Theory]
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
}
