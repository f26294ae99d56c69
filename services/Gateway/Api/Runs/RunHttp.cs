using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Runs;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Runs;

/// <summary>Writes what is read of a run as the answer to a request: the same bytes to everybody who reads it.</summary>
internal sealed class RunHttp(IOptions<GatewayOptions> options, TimeProvider time, ILogger<RunHttp> logger)
{
    /// <summary>Writes the answer.</summary>
    /// <param name="context">The request.</param>
    /// <param name="reading">The run.</param>
    /// <param name="view">Which part of a stream is wanted, and how.</param>
    public async Task WriteAsync(HttpContext context, RunReading reading, RunView view)
    {
        var cancellationToken = context.RequestAborted;
        await using var pieces = reading.ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        var progress = new Progress();
        try
        {
            await WriteAsync(context, reading, view, pieces, progress);
        }
        catch (Exception error) when (context.Response.HasStarted && !cancellationToken.IsCancellationRequested)
        {
            var refusal = ErrorMiddleware.Translate(error);
            ApiLog.Failed(logger, context.Request.Method, context.Request.Path, refusal, error);
            if (!IsStream(context.Response)) throw;
            var lines = view.Error(refusal, progress.Events);
            await context.Response.BodyWriter.WriteAsync(lines, cancellationToken);
        }
    }

    private static bool IsStream(HttpResponse response) =>
        response.ContentType?.StartsWith("text/event-stream", StringComparison.Ordinal) == true;

    private static void Begin(HttpContext context, RunReading reading, RunPiece piece, bool isKeyed)
    {
        var head = JsonSerializer.Deserialize(piece.Bytes.Span, RunJson.Default.RunHead)!;
        context.Response.StatusCode = head.Status;
        foreach (var (name, value) in head.Headers) context.Response.Headers[name] = value;
        if (isKeyed && !reading.IsOwn) context.Response.Headers[IdempotencyKey.Replayed] = "true";
        if (IsStream(context.Response)) return;
        Report(context, reading);
    }

    private static void Report(HttpContext context, RunReading reading)
    {
        if (context.Response.StatusCode == StatusCodes.Status200OK) context.ReportUsage(reading.Tokens ?? 0);
    }

    private async Task WriteAsync(
        HttpContext context, RunReading reading, RunView view, IAsyncEnumerator<RunPiece> pieces, Progress progress)
    {
        var (response, cancellationToken) = (context.Response, context.RequestAborted);
        while (await NextAsync(pieces, response, view, cancellationToken))
        {
            var piece = pieces.Current;
            if (piece.Kind == RunFrameKind.Head)
            {
                Begin(context, reading, piece, view.IsKeyed);

                // Who has all events so far is to know that more will come.
                if (IsStream(response)) await response.StartAsync(cancellationToken);
                continue;
            }

            if (piece.Kind == RunFrameKind.Event)
            {
                if (++progress.Events <= view.After) continue;
                if (view.IsKeyed) WriteId(response.BodyWriter, progress.Events);
            }

            response.BodyWriter.Write(piece.Bytes.Span);
            await response.BodyWriter.FlushAsync(cancellationToken);
        }

        if (progress.Events < view.After)
            throw MillraceException.InvalidArgument(
                view.AfterName, $"'{view.AfterName}' is {view.After}, and the stream has {progress.Events} events.");
        if (IsStream(response)) Report(context, reading);
    }

    /// <summary>Waits for the next piece. Silence on a stream is broken now and then, so that proxies keep the connection open.</summary>
    private async ValueTask<bool> NextAsync(
        IAsyncEnumerator<RunPiece> pieces, HttpResponse response, RunView view, CancellationToken cancellationToken)
    {
        var next = pieces.MoveNextAsync();
        if (next.IsCompleted) return await next;
        var waiting = next.AsTask();
        try
        {
            while (!await IsDoneAsync(waiting))
                if (response.HasStarted && IsStream(response)) await PingAsync(response, view, cancellationToken);
        }
        finally
        {
            // Nobody may dispose of what is still being read; the reading ends with the request.
            await ((Task)waiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return await waiting;
    }

    private static async ValueTask PingAsync(HttpResponse response, RunView view, CancellationToken cancellationToken)
    {
        response.BodyWriter.Write(view.Ping ?? ": ping\n\n"u8);
        await response.BodyWriter.FlushAsync(cancellationToken);
    }

    private async Task<bool> IsDoneAsync(Task waiting)
    {
        try
        {
            await waiting.WaitAsync(options.Value.PingInterval, time);
        }
        catch (TimeoutException) when (!waiting.IsCompleted)
        {
            return false;
        }

        return true;
    }

    private static void WriteId(IBufferWriter<byte> output, long id)
    {
        output.Write("id: "u8);
        output.Write(Encoding.ASCII.GetBytes(id.ToString(CultureInfo.InvariantCulture)));
        output.Write("\n"u8);
    }

    /// <summary>How far the writing is.</summary>
    private sealed class Progress
    {
        public long Events { get; set; }
    }
}

/// <summary>Which part of a stream is wanted, and how.</summary>
/// <param name="IsKeyed">Whether the request has a key, so that events carry their number as the id.</param>
/// <param name="After">Only events behind this number; 0 for all.</param>
/// <param name="AfterName">What the client calls that number.</param>
/// <param name="Error">The lines that tell of a failure behind so many events.</param>
internal sealed record RunView(bool IsKeyed, long After, string AfterName, Func<MillraceException, long, byte[]> Error)
{
    /// <summary>What goes out after a while of silence, its end included; null for a comment.</summary>
    public byte[]? Ping { get; init; }
}
