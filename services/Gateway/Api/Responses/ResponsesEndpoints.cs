using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Millrace.Gateway.Api.Documents;
using Millrace.Gateway.Api.Runs;
using Millrace.Gateway.Runs;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Api.Responses;

/// <summary><c>/v1/responses</c>.</summary>
internal sealed class ResponsesEndpoints(
    RunHost host, RunHttp http, ResponsePlaces places, JsonBody json, IOptions<RunsOptions> options, TimeProvider time)
{
    private const string Prefix = "resp_";
    private const string LastEvent = "Last-Event-ID";
    private const string StartingAfter = "starting_after";
    private const int PageDefault = 20;
    private const int PageMax = 100;

    public async Task CreateAsync(HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        using var body = await json.ReadAsync(context.Request, cancellationToken);
        var spec = ResponseRequestReader.Read(body.RootElement);
        var key = IdempotencyKey.Read(context.Request);
        var after = After(context.Request, key, spec);
        var id = key is null
            ? $"{Prefix}{Guid.CreateVersion7(time.GetUtcNow()):n}"
            : IdempotencyKey.RunId(Prefix, ResponseRun.Kind, key);
        if (after > 0) await places.GetAsync(id, LastEvent, cancellationToken);
        var place = await places.FindAsync(spec, id, cancellationToken);
        var input = Input(id, spec, place, key is not null, body.RootElement);
        var state = new ResponseState(id, spec, place, input.CreatedAt);
        var isKept = spec.Store || key is not null;
        var hash = IdempotencyKey.Hash(body.RootElement);
        var reading = await host.OpenAsync(
            new RunRequest(input, hash, ResponseRecord.Of(state, place, []), isKept), cancellationToken);
        if (spec is { Background: true, Stream: false }) await TellAsync(context, state, reading);
        else await http.WriteAsync(context, reading, View(key is not null, after, LastEvent));
    }

    public async Task GetAsync(string id, HttpContext context)
    {
        QueryFields.RequireKnown(context.Request, "stream", StartingAfter, "include", "include_obfuscation");
        var (_, record) = await places.GetAsync(id, "id", context.RequestAborted);
        if (context.Request.Query["stream"].ToString() is not ("true" or "1"))
        {
            await ApiJson.WriteAsync(
                context.Response, record.Response, ResponseRecordJson.Default.JsonElement, context.RequestAborted);
            return;
        }

        if (!record.IsStream)
            throw MillraceException.InvalidArgument(
                "stream", "This response was not made with 'stream', so that it has no events. Get it whole.");
        await http.WriteAsync(context, host.Attach(id), View(isKeyed: false, Starting(context.Request), StartingAfter));
    }

    public async Task<IResult> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        await places.GetAsync(id, "id", cancellationToken);
        await host.CancelAsync(id, cancellationToken);
        var (_, record) = await places.GetAsync(id, "id", cancellationToken);
        await places.RemoveAsync(record, cancellationToken);
        await host.DeleteAsync(id, cancellationToken);
        return ApiResults.Json(new DeletedResponseJson(id, "response", true), ResponseRecordJson.Default.DeletedResponseJson);
    }

    public async Task<IResult> CancelAsync(string id, CancellationToken cancellationToken)
    {
        await places.GetAsync(id, "id", cancellationToken);
        await host.CancelAsync(id, cancellationToken);
        var (_, record) = await places.GetAsync(id, "id", cancellationToken);
        return ApiResults.Json(record.Response, ResponseRecordJson.Default.JsonElement);
    }

    public async Task<IResult> InputItemsAsync(string id, HttpRequest request, CancellationToken cancellationToken)
    {
        QueryFields.RequireKnown(request, "limit", "after", "order", "include");
        var limit = QueryFields.Limit(request, PageMax) is > 0 and var asked ? (int)asked : PageDefault;
        var (_, record) = await places.GetAsync(id, "id", cancellationToken);
        var items = record.Input.EnumerateArray();
        IEnumerable<JsonElement> ordered = request.Query["order"].ToString() switch
        {
            "" or "desc" => items.Reverse(),
            "asc" => items,
            _ => throw MillraceException.InvalidArgument("order", "'order' must be asc or desc."),
        };
        if (request.Query["after"].ToString() is { Length: > 0 } after) ordered = ordered.SkipWhile(item => Id(item) != after).Skip(1);
        var page = ordered.Take(limit + 1).ToList();
        var shown = page.Take(limit).ToArray();
        var list = new InputListJson(
            "list", shown, shown.Length > 0 ? Id(shown[0]) : null, shown.Length > 0 ? Id(shown[^1]) : null, page.Count > limit);
        return ApiResults.Json(list, ResponseRecordJson.Default.InputListJson);
    }

    private static string? Id(JsonElement item) => item.GetProperty("id"u8).GetString();

    private static RunView View(bool isKeyed, long after, string name) =>
        new(isKeyed, after, name, (error, events) => ResponseEvents.Error(error, (int)events));

    private static long After(HttpRequest request, string? key, ResponseSpec spec)
    {
        if (IdempotencyKey.LastEventId(request) is not { } after) return 0;
        return key is not null && spec.Stream
            ? after
            : throw MillraceException.InvalidArgument(LastEvent, $"'{LastEvent}' needs 'stream' and an '{IdempotencyKey.Header}'.");
    }

    // Numbers of events are from 0, so that what is behind number N begins with the event N + 2.
    private static long Starting(HttpRequest request)
    {
        var text = request.Query[StartingAfter].ToString();
        if (text.Length == 0) return 0;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number + 1L
            : throw MillraceException.InvalidArgument(
                StartingAfter, $"'{StartingAfter}' must be the sequence_number of an event, such as 12.");
    }

    private RunInput Input(string id, ResponseSpec spec, ResponsePlace place, bool isKeyed, JsonElement body) => new()
    {
        Kind = ResponseRun.Kind,
        RunId = id,
        RequestId = CallContext.Current.RequestId,
        CreatedAt = time.GetUtcNow(),
        Labels = CallContext.Current.Labels is { } labels ? [.. labels] : null,
        DetachedFor = spec.Background ? null : isKeyed ? options.Value.DetachedFor : TimeSpan.Zero,
        KeptFor = spec.Store ? options.Value.ResponsesKeptFor : options.Value.KeptFor,
        Context = JsonSerializer.Serialize(place, ResponseRecordJson.Default.ResponsePlace),
        Body = Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(body)),
    };

    private async Task TellAsync(HttpContext context, ResponseState state, RunReading reading)
    {
        state.Status = "queued";
        if (!reading.IsOwn) context.Response.Headers[IdempotencyKey.Replayed] = "true";
        context.ReportUsage(0);
        var told = reading.IsOwn
            ? ResponseRecord.Of(state, new ResponsePlace(null, null, false), [])
            : (await host.GetAsync(state.Id, context.RequestAborted)).Result.ToByteArray();
        await ApiJson.WriteAsync(
            context.Response, ResponseRecord.Read(told).Response, ResponseRecordJson.Default.JsonElement, context.RequestAborted);
    }
}

/// <summary>Registers and maps the endpoints of responses.</summary>
internal static class ResponsesServices
{
    private const string All = "/responses";
    private const string One = All + "/{id}";

    public static void AddResponses(this IServiceCollection services)
    {
        services.AddSingleton<IRunKind, ResponseRun>();
        services.AddSingleton<ResponsePlaces>();
        services.AddSingleton<ResponsesEndpoints>();
        services.AddSingleton<ResponseTokens>();
    }

    public static void MapResponses(this IEndpointRouteBuilder v1)
    {
        v1.MapPost(All, (HttpContext context, ResponsesEndpoints responses) => responses.CreateAsync(context));
        v1.MapPost(All + "/input_tokens", (HttpContext context, ResponseTokens tokens) => tokens.CountAsync(context));
        v1.MapGet(One, (string id, HttpContext context, ResponsesEndpoints responses) => responses.GetAsync(id, context));
        v1.MapDelete(One, (string id, ResponsesEndpoints responses, CancellationToken cancellationToken) =>
            responses.DeleteAsync(id, cancellationToken));
        v1.MapPost(One + "/cancel", (string id, ResponsesEndpoints responses, CancellationToken cancellationToken) =>
            responses.CancelAsync(id, cancellationToken));
        v1.MapGet(One + "/input_items", (string id, HttpContext context, ResponsesEndpoints responses) =>
            responses.InputItemsAsync(id, context.Request, context.RequestAborted));
    }
}
