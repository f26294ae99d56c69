using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Millrace.SystemTests;

/// <summary>
/// A server with OpenAI's API whose model is predictable: it calls the first tool it is offered, says what the tool answered, and otherwise
/// repeats what it was told. Where values are asked for, in arguments or as JSON, each is <c>Rome</c>. Told <see cref="Endless"/>, it says
/// one word and nothing more until its caller goes away; told something that begins with <see cref="Slowly"/>, it takes its time.
/// </summary>
internal sealed class ScriptedUpstream : IAsyncDisposable
{
    /// <summary>Name of its model, here and there.</summary>
    public const string Model = "scripted";

    /// <summary>What makes it never end.</summary>
    public const string Endless = "Never end.";

    /// <summary>What makes it say a word in each <see cref="Pace"/>.</summary>
    public const string Slowly = "Slowly: ";

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(30);

    private readonly WebApplication _app;

    private ScriptedUpstream()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/v1/chat/completions", AnswerAsync);
    }

    /// <summary>Starts one on a free port.</summary>
    public static async Task<ScriptedUpstream> StartAsync()
    {
        var upstream = new ScriptedUpstream();
        await upstream._app.StartAsync();
        return upstream;
    }

    /// <summary>What members of the pool read to serve its model.</summary>
    public IEnumerable<(string Name, string Value)> Settings() =>
    [
        ("Inference__Upstreams__scripted__BaseAddress", _app.Urls.First()),
        ($"Inference__Upstreams__scripted__Models__{Model}", Model),
        ("Inference__Upstreams__scripted__ContextTokens", "8192"),
    ];

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context)
    {
        var request = await JsonNode.ParseAsync(context.Request.Body) ?? throw new InvalidDataException("The request is null.");
        context.Response.ContentType = "text/event-stream";
        using var pace = new PeriodicTimer(Pace);
        var slow = Last(request, "content").StartsWith(Slowly, StringComparison.Ordinal);
        foreach (var (delta, reason) in Deltas(request))
        {
            await SendAsync(context.Response, Choice(delta, reason), usage: null);
            if (slow) await pace.WaitForNextTickAsync(context.RequestAborted);
            if (Last(request, "content") == Endless) await GoneAsync(context);
        }

        var usage = new JsonObject { ["prompt_tokens"] = 20, ["completion_tokens"] = 5, ["total_tokens"] = 25 };
        await SendAsync(context.Response, choice: null, usage);
        await context.Response.WriteAsync("data: [DONE]\n\n");
    }

    private static IEnumerable<(JsonObject Delta, string? Reason)> Deltas(JsonNode request)
    {
        var answered = Last(request, "role") == "tool";
        var mayCall = !answered && (request["tool_choice"] as JsonValue)?.ToString() != "none";
        if (mayCall && request["tools"]?[0]?["function"] is { } tool) return Call(tool);
        if (request["response_format"]?["json_schema"]?["schema"] is { } schema) return Say(Filled(schema));
        return Say($"{(answered ? "The tool says" : "You said")}: {Last(request, "content")}");
    }

    private static async Task GoneAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    private static string Last(JsonNode request, string field) => (string?)request["messages"]!.AsArray()[^1]![field] ?? "";

    /// <summary>A call whose arguments come in two pieces, as real ones do.</summary>
    private static IEnumerable<(JsonObject Delta, string? Reason)> Call(JsonNode tool)
    {
        var arguments = Filled(tool["parameters"]);
        yield return (CallDelta(new JsonObject { ["name"] = (string?)tool["name"], ["arguments"] = "" }, $"call_{Guid.NewGuid():N}"), null);
        yield return (CallDelta(new JsonObject { ["arguments"] = arguments[..1] }), null);
        yield return (CallDelta(new JsonObject { ["arguments"] = arguments[1..] }), null);
        yield return ([], "tool_calls");
    }

    private static IEnumerable<(JsonObject Delta, string? Reason)> Say(string text)
    {
        foreach (var word in text.Split(' ').Select((word, i) => i == 0 ? word : $" {word}"))
            yield return (new() { ["content"] = word }, null);
        yield return ([], "stop");
    }

    private static JsonObject CallDelta(JsonObject function, string? id = null)
    {
        var call = new JsonObject { ["index"] = 0, ["function"] = function };
        if (id is not null) (call["id"], call["type"]) = (id, "function");
        return new() { ["tool_calls"] = new JsonArray(call) };
    }

    /// <summary>An object with all properties of a schema, as JSON.</summary>
    private static string Filled(JsonNode? schema)
    {
        var properties = schema?["properties"]?.AsObject() ?? [];
        return new JsonObject(properties.Select(property => KeyValuePair.Create(property.Key, (JsonNode?)"Rome"))).ToJsonString();
    }

    private static JsonObject Choice(JsonObject delta, string? reason) =>
        new() { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = reason };

    private static async Task SendAsync(HttpResponse response, JsonObject? choice, JsonObject? usage)
    {
        var choices = choice is null ? new JsonArray() : new JsonArray(choice);
        var chunk = new JsonObject
        {
            ["id"] = "scripted-1",
            ["object"] = "chat.completion.chunk",
            ["choices"] = choices,
            ["usage"] = usage,
        };
        await response.WriteAsync($"data: {chunk.ToJsonString()}\n\n");
    }
}
