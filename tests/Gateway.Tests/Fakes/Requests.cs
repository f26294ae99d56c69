using System.Text;
using System.Text.Json;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Fakes;

/// <summary>Requests with headers of their own, and what streams answer.</summary>
internal static class Requests
{
    /// <summary>Posts a body with headers; the answer may still be on its way.</summary>
    public static Task<HttpResponseMessage> PostAsync(
        this HttpClient http, string path, object body, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).DefaultTimeout();
    }

    /// <summary>The whole body.</summary>
    public static Task<string> TextAsync(this HttpResponseMessage response) => response.Content.ReadAsStringAsync().DefaultTimeout();

    /// <summary>The whole body as JSON.</summary>
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) => JsonElement.Parse(await response.TextAsync());

    /// <summary>The code of a refusal.</summary>
    public static async Task<string?> CodeAsync(this HttpResponseMessage response) =>
        (await response.JsonAsync()).GetProperty("error").GetProperty("code").GetString();

    /// <summary>The events of a whole stream, without comments, each with its lines.</summary>
    public static string[] Events(string stream) =>
        [.. stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(lines => !lines.StartsWith(": ", StringComparison.Ordinal))];

    /// <summary>The JSON of an event.</summary>
    public static JsonElement Data(string lines)
    {
        var line = lines.Split('\n').Single(line => line.StartsWith("data: ", StringComparison.Ordinal));
        return JsonElement.Parse(line["data: ".Length..]);
    }

    /// <summary>Reads a stream up to the end of the event that has something in it.</summary>
    public static async Task<string> ReadUntilAsync(this HttpResponseMessage response, string wanted)
    {
        var stream = await response.Content.ReadAsStreamAsync().DefaultTimeout();
        var buffer = new byte[4096];
        var read = new StringBuilder();
        while (read.ToString() is var text
            && !(text.Contains(wanted, StringComparison.Ordinal) && text.EndsWith("\n\n", StringComparison.Ordinal)))
        {
            var count = await stream.ReadAsync(buffer).AsTask().DefaultTimeout();
            if (count == 0) throw new InvalidOperationException($"The stream ended before '{wanted}': {read}");
            read.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return read.ToString();
    }

    /// <summary>What is left of a stream that was read in part.</summary>
    public static async Task<string> TextRestAsync(this HttpResponseMessage response)
    {
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync().DefaultTimeout());
        return await reader.ReadToEndAsync().DefaultTimeout();
    }
}
