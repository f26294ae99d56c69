using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Millrace.TestShared;

namespace Millrace.SystemTests;

/// <summary>Asks over plain HTTP, so that a test sees what is on the wire.</summary>
public static class ChatClient
{
    private static readonly Uri Completions = new("/v1/chat/completions", UriKind.Relative);

    /// <summary>The body of a request with one user message.</summary>
    public static JsonObject Body(string question, string model = RunningSystem.Assistant) => new()
    {
        ["model"] = model,
        ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = question }),
    };

    /// <summary>Asks and returns the whole completion.</summary>
    public static async Task<JsonNode> AskAsync(this HttpClient edge, JsonObject body)
    {
        using var response = await edge.PostAsync(Completions, JsonContent.Create(body)).DefaultTimeout();
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return JsonNode.Parse(text) ?? throw new InvalidDataException("The answer is null.");
    }

    /// <summary>Asks and returns the data of each event as it comes.</summary>
    public static async IAsyncEnumerable<string> StreamAsync(this HttpClient edge, JsonObject body)
    {
        body["stream"] = true;
        using var request = new HttpRequestMessage(HttpMethod.Post, Completions) { Content = JsonContent.Create(body) };
        using var response = await edge.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).DefaultTimeout();
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        await using var stream = await response.Content.ReadAsStreamAsync();
        await foreach (var item in SseParser.Create(stream).EnumerateAsync()) yield return item.Data;
    }

    /// <summary>The text of the first choice.</summary>
    public static string Text(this JsonNode completion) => completion["choices"]![0]!["message"]!["content"]!.GetValue<string>();

    /// <summary>The citations of the extension object.</summary>
    public static IReadOnlyList<JsonNode> Citations(this JsonNode completion) =>
        [.. completion["millrace"]?["citations"]?.AsArray().Select(citation => citation!) ?? []];
}
