using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Millrace.TestShared;

namespace Millrace.SystemTests;

/// <summary>Documents with labels and metadata, from the upload to the citation, through the edge.</summary>
[Collection(SystemCollection.Name)]
public sealed class SearchTests(RunningSystem system)
{
    private const string Collection = "search-tests";
    private const string Secret = "The vault of Fenwick opens with the number nineteen.";

    [Fact]
    public async Task Label_TakenAway_HidesTheDocumentAtOnce()
    {
        await UploadAsync("vault.md", $"# The vault\n\n{Secret}\n", """["keepers"]""", """{"year": 2024}""");
        Assert.DoesNotContain("vault.md", await SearchAsync(new JsonObject { ["query"] = "vault of Fenwick" }));
        Assert.Contains("vault.md", await SearchAsync(Held(new JsonObject { ["query"] = "vault of Fenwick" })));

        await PatchAsync("vault.md", """{"access_labels": ["nobody"]}""");

        Assert.DoesNotContain("vault.md", await SearchAsync(Held(new JsonObject { ["query"] = "vault of Fenwick" })));
    }

    [Fact]
    public async Task Filter_OnMetadata_FindsWhatPasses()
    {
        await UploadAsync("old.md", "# Heron\n\nThe heron of Fenwick nests in the old tower.\n", "[]", """{"year": 1999}""");
        await UploadAsync("new.md", "# Heron\n\nThe heron of Fenwick nests in the new tower.\n", "[]", """{"year": 2025}""");

        var found = await SearchAsync(new JsonObject
        {
            ["query"] = "heron of Fenwick",
            ["filter"] = JsonNode.Parse("""{"type": "gte", "key": "year", "value": 2020}"""),
        });

        Assert.Equal(["new.md"], found);
    }

    [Fact]
    public async Task Citation_OfAnAnswer_PointsToItsWordsAlsoAfterTheDocumentChanged()
    {
        await UploadAsync("quay.md", "# The quay\n\nThe quay of Fenwick holds 14 barges at high tide.\n", "[]", "{}");
        var body = ChatClient.Body("How many barges does the quay of Fenwick hold at high tide?");
        body["millrace"] = new JsonObject { ["collections"] = new JsonArray(Collection) };

        var answer = await system.Edge.AskAsync(body);
        await UploadAsync("quay.md", "# The quay\n\nIt was pulled down. Nothing is moored there now.\n", "[]", "{}");

        var annotation = answer["choices"]![0]!["message"]!["annotations"]![0]!["url_citation"]!;
        var span = await system.Edge.GetFromJsonAsync<JsonNode>(new Uri(annotation["url"]!.GetValue<string>(), UriKind.RelativeOrAbsolute));
        Assert.Equal(answer.Citations()[0]["quote"]!.GetValue<string>(), span!["text"]!.GetValue<string>());
        Assert.Contains("14 barges", span["text"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.NotEqual(span["version"]!.GetValue<int>(), span["current_version"]!.GetValue<int>());
    }

    private static JsonObject Held(JsonObject search)
    {
        search["access_labels"] = new JsonArray("keepers");
        return search;
    }

    private static Uri DocumentUri(string id) => new($"/v1/collections/{Collection}/documents/{id}", UriKind.Relative);

    private async Task<IReadOnlyList<string>> SearchAsync(JsonObject search)
    {
        search["collections"] = new JsonArray(Collection);
        using var response = await system.Edge
            .PostAsync(new Uri("/v1/search", UriKind.Relative), JsonContent.Create(search)).DefaultTimeout();
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return [.. JsonNode.Parse(text)!["data"]!.AsArray().Select(hit => hit!["passage"]!["document_id"]!.GetValue<string>())];
    }

    private async Task UploadAsync(string id, string markdown, string labels, string metadata)
    {
        using var created = await system.Edge
            .PostAsync(new Uri("/v1/collections", UriKind.Relative), JsonContent.Create(new { name = Collection })).DefaultTimeout();
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync());
        using var content = new StringContent(markdown, Encoding.UTF8, "text/markdown");
        using var request = new HttpRequestMessage(HttpMethod.Put, DocumentUri(id)) { Content = content };
        request.Headers.Add("access-labels", labels);
        request.Headers.Add("document-metadata", metadata);
        await SendAsync(request);
    }

    private async Task PatchAsync(string id, string change)
    {
        using var content = new StringContent(change, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var request = new HttpRequestMessage(HttpMethod.Patch, DocumentUri(id)) { Content = content };
        await SendAsync(request);
    }

    private async Task SendAsync(HttpRequestMessage request)
    {
        using var response = await system.Edge.SendAsync(request).DefaultTimeout();
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
