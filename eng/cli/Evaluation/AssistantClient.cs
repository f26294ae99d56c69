using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Millrace.Cli.Evaluation;

/// <summary>An answer of the assistant.</summary>
/// <param name="Text">What it said.</param>
/// <param name="CitedDocuments">Ids of the documents it cites.</param>
/// <param name="Latency">Time from question to whole answer.</param>
public sealed record AssistantAnswer(string Text, IReadOnlyList<string> CitedDocuments, TimeSpan Latency)
{
    /// <summary>The words in which the assistant says that the documents do not tell.</summary>
    public const string Refusal = "I don't have enough information to answer that.";

    /// <summary>Whether the assistant said that the documents do not tell.</summary>
    public bool IsRefusal => Text.Contains(Refusal, StringComparison.Ordinal);
}

/// <summary>Asks the running system as an application would: through the OpenAI API.</summary>
public sealed class AssistantClient(HttpClient http, string model)
{
    /// <summary>Asks one question.</summary>
    /// <exception cref="CommandException">The system refused or cannot be reached.</exception>
    public async Task<AssistantAnswer> AskAsync(string question, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var response = await http.PostAsync("/v1/chat/completions", JsonContent.Create(Body(question)), cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            if (!response.IsSuccessStatusCode) throw new CommandException($"The system answered {(int)response.StatusCode}: {text}");
            return Parse(text, Stopwatch.GetElapsedTime(started));
        }
        catch (HttpRequestException error)
        {
            throw new CommandException(
                $"The system at {http.BaseAddress} cannot be reached. Start it with ./run, and try again when it is ready.", error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandException(
                $"The system did not answer within {http.Timeout.TotalSeconds:F0} s. Its logs are in .millrace/logs.", error);
        }
        catch (Exception error) when (error is
            JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new CommandException($"What answers at {http.BaseAddress} does not speak the OpenAI API. Check --url.", error);
        }
    }

    private JsonObject Body(string question) => new()
    {
        ["model"] = model,
        ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = question }),
    };

    private static AssistantAnswer Parse(string json, TimeSpan latency)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var text = root.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString() ?? "";
        var cited = root.TryGetProperty("millrace", out var extension) && extension.TryGetProperty("citations", out var citations)
            ? citations.EnumerateArray().Select(citation => citation.GetProperty("document_id").GetString() ?? "").ToList()
            : [];
        return new AssistantAnswer(text, cited, latency);
    }
}
