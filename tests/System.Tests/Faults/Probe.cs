using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Millrace.SystemTests.Keys;
using Millrace.TestShared;

namespace Millrace.SystemTests.Faults;

/// <summary>The answer to one request, as bytes came.</summary>
/// <param name="Status">The status.</param>
/// <param name="Text">The body.</param>
/// <param name="Replayed">Whether it was said to be a replay.</param>
internal sealed record Answer(int Status, string Text, bool Replayed)
{
    private const string Data = "data: ";

    /// <summary>Whether it is a stream that was told to its end.</summary>
    public bool IsDone => Text.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal);

    /// <summary>The error that it is or, as a stream, ends with; null when there is none.</summary>
    public JsonNode? Error()
    {
        var json = Text.StartsWith('{')
            ? Text
            : Text.Split('\n').LastOrDefault(line => line.StartsWith(Data, StringComparison.Ordinal))?[Data.Length..];
        try
        {
            return json is null ? null : (JsonNode.Parse(json) as JsonObject)?["error"];
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Sends the requests of one tenant and judges what no answer may be, whatever the system goes through.</summary>
internal sealed class Probe(Tenant tenant, Tenant other, LoadLog log)
{
    /// <summary>What each request asks for.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    // A machine that is busy needs time to say that the time is over.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    /// <summary>Sends a request, and takes down what became of it.</summary>
    /// <param name="kind">What it is called.</param>
    /// <param name="target">Method and path.</param>
    /// <param name="body">Its body; null for none.</param>
    /// <param name="key">Its <c>Idempotency-Key</c>; null for none.</param>
    /// <param name="isRight">Whether a successful answer is what it should be.</param>
    /// <returns>The answer when it is right; null when it failed, or is not.</returns>
    public async Task<Answer?> SendAsync(string kind, string target, JsonNode? body, string? key, Func<Answer, bool> isRight)
    {
        var started = log.Now;
        Answer? answer = null;
        string? code = null, violation;
        try
        {
            answer = await AskAsync(target, body, key);
            (code, violation) = Judge(answer, isRight);
        }
        catch (OperationCanceledException)
        {
            violation = $"no end after {Deadline + Slack}";
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            violation = $"the connection broke: {error.Message}";
        }

        log.Add(new Attempt($"{kind} of {tenant.Name}", started, log.Now, code, violation));
        return code is null && violation is null ? answer : null;
    }

    private async Task<Answer> AskAsync(string target, JsonNode? body, string? key)
    {
        using var timeout = new CancellationTokenSource(Deadline + Slack);
        var parts = target.Split(' ');
        using var request = new HttpRequestMessage(new HttpMethod(parts[0]), parts[1]);
        if (body is not null) request.Content = JsonContent.Create(body);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        request.Headers.Add("x-millrace-timeout-ms", $"{(int)Deadline.TotalMilliseconds}");
        using var response = await tenant.Http.SendAsync(request, timeout.Token);
        var text = await response.Content.ReadAsStringAsync(timeout.Token);
        return new Answer((int)response.StatusCode, text, response.Headers.Contains("idempotent-replayed"));
    }

    private (string? Code, string? Violation) Judge(Answer answer, Func<Answer, bool> isRight)
    {
        if (answer.Text.Contains(other.Marker, StringComparison.Ordinal)) return (null, $"the words of {other.Name}: {answer.Text}");
        if (answer.Error() is { } error) return Judge(answer, error);
        if (answer.Status >= 400) return (null, $"{answer.Status} without an error object: {answer.Text}");
        return (null, isRight(answer) ? null : $"not what was asked for: {answer.Text}");
    }

    private static (string? Code, string? Violation) Judge(Answer answer, JsonNode error)
    {
        var code = error["code"]?.GetValue<string>() ?? "";
        if (code == "internal_error") return (null, $"a defect: {answer.Text}");
        if (!KnownCodes.Has(code, answer.Status == 200 ? null : answer.Status))
            return (null, $"{answer.Status} for no known reason: {answer.Text}");
        return error["message"]?.GetValue<string>() is { Length: > 10 } ? (code, null) : (null, $"no words: {answer.Text}");
    }
}
