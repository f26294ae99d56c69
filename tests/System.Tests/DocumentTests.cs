using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Millrace.TestShared;

namespace Millrace.SystemTests;

[Collection(SystemCollection.Name)]
public sealed class DocumentTests(RunningSystem system)
{
    private const string Collection = "system-tests";
    private const string Question = "How many keys does the caretaker of Hollin House keep?";

    [Fact]
    public async Task Document_UploadedAskedAboutAndDeleted_IsKnownOnlyInBetween()
    {
        await EnsureCollectionAsync();
        await PutAsync("houses/hollin.md", "# Hollin House\n\nThe caretaker of Hollin House keeps 27 keys on a brass ring.\n");

        var known = await system.Edge.AskAsync(Body());
        Assert.Contains("27 keys", known.Text(), StringComparison.Ordinal);
        Assert.Equal("houses/hollin.md", known.Citations()[0]["document_id"]!.GetValue<string>());

        using (var deleted = await system.Edge.DeleteAsync(DocumentUri("houses/hollin.md")).DefaultTimeout())
            Assert.True(deleted.IsSuccessStatusCode);

        var gone = await system.Edge.AskAsync(Body());
        Assert.Equal(RunningSystem.Refusal, gone.Text());
    }

    [Fact]
    public async Task Document_Replaced_IsAnsweredFromTheNewText()
    {
        await EnsureCollectionAsync();
        await PutAsync("mill.md", "# The mill\n\nThe mill of Otterby grinds 300 sacks of oats a week.\n");
        await PutAsync("mill.md", "# The mill\n\nThe mill of Otterby grinds 450 sacks of oats a week.\n");

        var completion = await system.Edge.AskAsync(Body("How many sacks of oats does the mill of Otterby grind a week?"));

        Assert.Contains("450 sacks", completion.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Document_WithACardNumber_IsQuotedWithTheNumberMasked()
    {
        await EnsureCollectionAsync();
        await PutAsync("till.md", "# The till\n\nThe test card of the Otterby till is 4111 1111 1111 1111.\n");

        var completion = await system.Edge.AskAsync(Body("What is the test card of the Otterby till?"));

        Assert.Contains("[REDACTED_CREDIT_CARD]", completion.Text(), StringComparison.Ordinal);
        Assert.DoesNotContain("4111", completion.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image/png", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/markdown", HttpStatusCode.BadRequest)]
    public async Task Document_ThatIsNoText_IsRefusedAsAnOpenAiError(string mediaType, HttpStatusCode expected)
    {
        await EnsureCollectionAsync();
        using var content = new ByteArrayContent([0xc3, 0x28, 0x00, 0x80]);
        content.Headers.ContentType = new(mediaType);

        using var response = await system.Edge.PutAsync(DocumentUri("bad"), content).DefaultTimeout();

        Assert.Equal(expected, response.StatusCode);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;
        Assert.NotEmpty(error["message"]!.GetValue<string>());
    }

    private static JsonObject Body(string question = Question)
    {
        var body = ChatClient.Body(question);
        body["millrace"] = new JsonObject { ["collections"] = new JsonArray(Collection) };
        return body;
    }

    private static Uri DocumentUri(string id) => new($"/v1/collections/{Collection}/documents/{id}", UriKind.Relative);

    private async Task EnsureCollectionAsync()
    {
        using var response = await system.Edge
            .PostAsync(new Uri("/v1/collections", UriKind.Relative), JsonContent.Create(new { name = Collection })).DefaultTimeout();
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task PutAsync(string id, string markdown)
    {
        using var content = new StringContent(markdown, Encoding.UTF8, "text/markdown");
        using var response = await system.Edge.PutAsync(DocumentUri(id), content).DefaultTimeout();
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
