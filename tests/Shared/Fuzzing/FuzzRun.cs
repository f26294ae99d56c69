using System.Text;
using System.Text.Json;

namespace Millrace.TestShared.Fuzzing;

/// <summary>Sends changed bodies to a route and says what was wrong with the answers.</summary>
public static class FuzzRun
{
    // These say what is wrong with the whole of what was said.
    private static readonly string[] NameNoField = ["context_length_exceeded", "guardrail_blocked", "payload_too_large", "queue_full"];

    /// <summary>Sends the valid body, which must be accepted, and a number of changed ones.</summary>
    /// <returns>What should not have been, each with what reproduces it; empty when all was well.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(HttpClient http, FuzzTarget target, int seed, int rounds)
    {
        List<string> problems = [];
        using (var valid = await SendAsync(http, target, Encoding.UTF8.GetBytes(target.Body)))
            if (!valid.IsSuccessStatusCode) problems.Add($"{target}: {await valid.Content.ReadAsStringAsync()}");
        var mutator = new JsonMutator(target.Body, seed);
        for (var round = 0; round < rounds; round++)
        {
            var mutation = mutator.Next();
            using var response = await SendAsync(http, target, mutation.Body);
            var text = await response.Content.ReadAsStringAsync().DefaultTimeout();
            if (Problem((int)response.StatusCode, text, mutation.Field) is { } problem)
                problems.Add($"{target}, seed {seed}, round {round}, {mutation.What}: {problem}: {(int)response.StatusCode} {text}");
        }

        return problems;
    }

    /// <summary>What is wrong with an answer; null when nothing is.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="text">Its body.</param>
    /// <param name="field">The field that a refusal must name; null for any.</param>
    public static string? Problem(int status, string text, string? field)
    {
        if (status < 400) return null;
        if (text.Contains("   at ", StringComparison.Ordinal)) return "a stack trace";
        if (ErrorOf(text) is not { } error) return "no error object";
        var message = Field(error, "message");
        var code = Field(error, "code");
        if (message is not { Length: > 10 }) return "no words";

        // Anthropic's errors have a type instead of a code.
        if (code is not null && !KnownCodes.Has(code, status)) return "a code that is not documented, or not with this status";
        if (status >= 500) return "a failure of the platform";
        var named = $"{message} {Field(error, "param")}";
        var isOfTheWhole = NameNoField.Contains(code) || (code is null && message.Contains("context of", StringComparison.Ordinal));
        return status == 400 && field is not null && !isOfTheWhole && !named.Contains(field, StringComparison.Ordinal)
            ? $"'{field}' is not named"
            : null;
    }

    private static JsonElement? ErrorOf(string text)
    {
        try
        {
            return JsonElement.Parse(text) is { ValueKind: JsonValueKind.Object } body && body.TryGetProperty("error", out var error)
                && error.ValueKind == JsonValueKind.Object ? error : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Field(JsonElement error, string name) =>
        error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, FuzzTarget target, byte[] body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(target.Method), target.Path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        return await http.SendAsync(request).DefaultTimeout();
    }
}
