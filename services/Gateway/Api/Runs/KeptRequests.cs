using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Millrace.Gateway.Runs;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Runs;

/// <summary>Answers requests with an <c>Idempotency-Key</c>: begins the run of the key, or joins it.</summary>
internal sealed class KeptRequests(RunHost host, RunHttp http, JsonBody json, IOptions<RunsOptions> options, TimeProvider time)
{
    private const string Prefix = "idem_";

    /// <summary>Answers a request.</summary>
    /// <param name="context">The request, which has a key.</param>
    /// <param name="kind">What it is.</param>
    public async Task AnswerAsync(HttpContext context, KeptKind kind)
    {
        var key = IdempotencyKey.Read(context.Request)!;
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);

        // What is wrong with the request is told at once, and is no reason to keep anything.
        var isStream = kind.IsStream(body.RootElement);
        var after = IdempotencyKey.LastEventId(context.Request);
        if (after is not null && !isStream)
            throw MillraceException.InvalidArgument("Last-Event-ID", "'Last-Event-ID' needs 'stream' to be true.");
        var id = IdempotencyKey.RunId(Prefix, kind.Name, key);
        var hash = IdempotencyKey.Hash(body.RootElement);
        var reading = after is null
            ? await host.OpenAsync(new RunRequest(Input(id, kind, body.RootElement), hash, default, IsKept: true), context.RequestAborted)
            : await JoinAsync(id, hash, context.RequestAborted);
        var asker = CallContext.Current.RequestId;
        var view = new RunView(IsKeyed: true, after ?? 0, "Last-Event-ID", (error, _) => kind.Failure(error, asker)) { Ping = kind.Ping };
        await http.WriteAsync(context, reading, view);
    }

    private async Task<RunReading> JoinAsync(string id, byte[] hash, CancellationToken cancellationToken)
    {
        try
        {
            var run = await host.GetAsync(id, cancellationToken);
            return run.RequestHash.Span.SequenceEqual(hash)
                ? host.Attach(id, run.Generation)
                : throw new MillraceException(
                    Reason.IdempotencyConflict, "This Idempotency-Key was used for another request. Send that request, or use a new key.");
        }
        catch (MillraceException error) when (error.Reason == Reason.ResponseNotFound)
        {
            throw new MillraceException(
                Reason.ResponseNotFound,
                "The answer to this Idempotency-Key is not kept, or no longer. Send the request without Last-Event-ID to begin anew.",
                error);
        }
    }

    private RunInput Input(string id, KeptKind kind, JsonElement body) => new()
    {
        Kind = kind.Name,
        RunId = id,
        RequestId = CallContext.Current.RequestId,
        CreatedAt = time.GetUtcNow(),
        Labels = CallContext.Current.Labels is { } labels ? [.. labels] : null,
        DetachedFor = options.Value.DetachedFor,
        KeptFor = options.Value.KeptFor,
        Body = Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(body)),
    };
}
