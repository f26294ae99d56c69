using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Millrace.Bench.Harness;
using Millrace.Bench.Load;

namespace Millrace.Bench.Affinity;

/// <summary>
/// A user who asks, reads the answer to its end, and asks again with everything before it in the request, as OpenAI clients do.
/// </summary>
internal sealed class ChatSession
{
    private const int SystemWords = 150;
    private const int QuestionWords = 50;
    private const int AnswerTokens = 24;
    private const string DataPrefix = "data: ";
    private const string EndOfStream = "[DONE]";

    private static readonly string SystemPrompt = Texts.Of(0, SystemWords);

    private readonly HttpClient _http;
    private readonly int _number;
    private readonly List<object> _messages = [new { role = "system", content = SystemPrompt }];

    /// <summary>A session; those of different numbers say different things after the same system prompt.</summary>
    public ChatSession(HttpClient http, int number) => (_http, _number) = (http, number);

    /// <summary>Asks the next question.</summary>
    /// <returns>Milliseconds until the first text.</returns>
    /// <exception cref="BenchException">The Gateway refused, or the answer broke off.</exception>
    public async Task<double> AskAsync(CancellationToken cancellationToken)
    {
        var question = Texts.Of((_number * 1000) + _messages.Count, QuestionWords);
        _messages.Add(new { role = "user", content = question });
        var start = Stopwatch.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions");
        request.Content = JsonContent.Create(
            new { model = "tiny-rag-chat", stream = true, temperature = 0, max_tokens = AnswerTokens, messages = _messages });
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new BenchException($"The Gateway refused: {await response.Content.ReadAsStringAsync(cancellationToken)}");

        var answer = new StringBuilder();
        double? firstMs = null;
        await foreach (var text in DeltasAsync(response, cancellationToken))
        {
            firstMs ??= Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            answer.Append(text);
        }

        _messages.Add(new { role = "assistant", content = answer.ToString() });
        return firstMs ?? Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static async IAsyncEnumerable<string> DeltasAsync(
        HttpResponseMessage response, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (!line.StartsWith(DataPrefix, StringComparison.Ordinal)) continue;
            var data = line[DataPrefix.Length..];
            if (data == EndOfStream) yield break;
            if (Delta(data) is { Length: > 0 } text) yield return text;
        }

        throw new BenchException("A stream of the Gateway broke off.");
    }

    private static string? Delta(string data)
    {
        using var json = JsonDocument.Parse(data);
        if (json.RootElement.TryGetProperty("error", out var error)) throw new BenchException($"The Gateway failed: {error}");
        var choices = json.RootElement.GetProperty("choices");
        if (choices.GetArrayLength() == 0) return null;
        return choices[0].GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : null;
    }
}
