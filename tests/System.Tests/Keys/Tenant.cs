using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Millrace.TestShared;

namespace Millrace.SystemTests.Keys;

/// <summary>Somebody with a key.</summary>
/// <param name="Name">The tenant.</param>
/// <param name="Marker">A word that stands in each text of this tenant, and in none of another.</param>
/// <param name="Key">The key.</param>
/// <param name="Http">Sends the key with each request.</param>
internal sealed record Tenant(string Name, string Marker, string Key, HttpClient Http) : IDisposable
{
    /// <summary>What the tenant's own document answers.</summary>
    public const string Question = "Which word opens the vault of Alder?";

    /// <summary>The collection that the assistant answers from; each tenant has its own.</summary>
    public const string Collection = "samples";

    /// <summary>A client that sends a key.</summary>
    public static HttpClient Client(Uri edge, string key)
    {
        var http = new HttpClient { BaseAddress = edge, Timeout = TaskTimeouts.Default };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    /// <summary>Makes the collection and its one document.</summary>
    public async Task MakeCollectionAsync()
    {
        await RequireAsync(HttpMethod.Post, "/v1/collections", new JsonObject { ["name"] = Collection });
        await PutAsync(Collection, "vault.md", $"# The vault\n\nThe word that opens the vault of Alder is {Marker}.\n");
    }

    /// <summary>Puts a document into a collection.</summary>
    public async Task PutAsync(string collection, string id, string markdown)
    {
        using var document = new StringContent(markdown, Encoding.UTF8, "text/markdown");
        using var put = await Http.PutAsync(new Uri($"/v1/collections/{collection}/documents/{id}", UriKind.Relative), document);
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync());
    }

    /// <summary>Sends a request.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, JsonNode? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return await Http.SendAsync(request).DefaultTimeout();
    }

    /// <summary>Sends a request that must succeed, and returns its answer.</summary>
    public async Task<JsonNode> RequireAsync(
        HttpMethod method, string path, JsonNode? body = null, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(method, path, body, headers);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {(int)response.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>Uploads a file.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> UploadAsync(string purpose, string name, string text)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(purpose), "purpose" },
            { new StringContent(text), "file", name },
        };
        using var response = await Http.PostAsync(new Uri("/v1/files", UriKind.Relative), form).DefaultTimeout();
        var answer = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, answer);
        return JsonNode.Parse(answer)!.Text("id");
    }

    public void Dispose() => Http.Dispose();
}

/// <summary>Reads answers.</summary>
internal static class Answers
{
    /// <summary>A field that must be a text.</summary>
    public static string Text(this JsonNode node, string field) =>
        node[field]?.GetValue<string>() ?? throw new InvalidDataException($"No '{field}' in {node.ToJsonString()}");

    /// <summary>A chat of one user message.</summary>
    public static JsonObject Chat(string text, string model = ScriptedUpstream.Model, bool stream = false)
    {
        var body = ChatClient.Body(text, model);
        if (stream) body["stream"] = true;
        return body;
    }

    /// <summary>The body of an append to a conversation.</summary>
    public static JsonObject Items(string text) => new()
    {
        ["items"] = new JsonArray(new JsonObject { ["type"] = "message", ["role"] = "user", ["content"] = text }),
    };
}
