using System.Buffers;
using System.Text;
using System.Text.Json;
using Millrace.Gateway.Runs;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Streaming;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Api.Runs;

/// <summary>A stream of events that goes into a run. The bytes are those that a client would get at once.</summary>
/// <param name="output">Takes them.</param>
/// <param name="varying">Name of the event that may say something else when it is made again; null for none.</param>
internal sealed class FrameEvents(RunOutput output, string? varying = null) : IEventStream
{
    public async ValueTask StartAsync(ChatStarted started, CancellationToken cancellationToken)
    {
        var headers = StreamHeaders();
        AnswerHeaders.Set(headers, started.ServedBy, started.Timeline);
        await output.BeginAsync(Head(StatusCodes.Status200OK, headers), cancellationToken);
    }

    public ValueTask WriteAsync<T>(T state, Action<Utf8JsonWriter, T> write, CancellationToken cancellationToken) =>
        output.EventAsync(Lines(string.Empty, json => write(json, state)), cancellationToken);

    public ValueTask WriteAsync<T>(string name, T state, Action<Utf8JsonWriter, T> write, CancellationToken cancellationToken)
    {
        var lines = Lines(name, json => write(json, state));
        return name == varying ? output.VaryingEventAsync(lines, cancellationToken) : output.EventAsync(lines, cancellationToken);
    }

    public ValueTask WriteDoneAsync(CancellationToken cancellationToken) =>
        output.EventAsync("data: [DONE]\n\n"u8.ToArray(), cancellationToken);

    /// <summary>The headers of a stream.</summary>
    public static HeaderDictionary StreamHeaders() => new()
    {
        ["Content-Type"] = "text/event-stream", ["Cache-Control"] = "no-cache", ["x-accel-buffering"] = "no",
    };

    /// <summary>How an answer begins.</summary>
    public static RunHead Head(int status, IHeaderDictionary headers) =>
        new(status, headers.ToDictionary(header => header.Key, header => header.Value.ToString()));

    /// <summary>The lines of an event, the empty one included.</summary>
    /// <param name="name">Its name; empty for none.</param>
    /// <param name="write">Writes its JSON.</param>
    public static byte[] Lines(string name, Action<Utf8JsonWriter> write)
    {
        var lines = new ArrayBufferWriter<byte>(256);
        if (name.Length > 0) lines.Write(Encoding.ASCII.GetBytes($"event: {name}\n"));
        lines.Write("data: "u8);
        using (var json = new Utf8JsonWriter(lines, ApiJson.WriterOptions)) write(json);
        lines.Write("\n\n"u8);
        return lines.WrittenSpan.ToArray();
    }

    /// <summary>The lines that tell of a failure in the middle of a stream.</summary>
    public static byte[] Error(MillraceException error) =>
        [.. "data: "u8, .. JsonSerializer.SerializeToUtf8Bytes(error.ToOpenAi(), OpenAiErrorJson.Default.OpenAiError), .. "\n\n"u8];

    /// <summary>A whole answer.</summary>
    /// <param name="output">Takes it.</param>
    /// <param name="started">How it began.</param>
    /// <param name="write">Writes its body.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async ValueTask AnswerAsync(
        RunOutput output, ChatStarted started, Action<IBufferWriter<byte>> write, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        write(body);
        var headers = new HeaderDictionary { ["Content-Type"] = ApiJson.ContentType };
        AnswerHeaders.Set(headers, started.ServedBy, started.Timeline);
        await output.BeginAsync(Head(StatusCodes.Status200OK, headers), cancellationToken);
        await output.BodyAsync(body.WrittenMemory, cancellationToken);
    }

    /// <summary>A refusal as the whole answer.</summary>
    public static ValueTask RefuseAsync(RunOutput output, MillraceException error) => RefuseAsync(
        output, error, json => JsonSerializer.Serialize(json, error.ToOpenAi(), OpenAiErrorJson.Default.OpenAiError));

    /// <summary>A refusal as the whole answer.</summary>
    /// <param name="output">Takes it.</param>
    /// <param name="error">The refusal.</param>
    /// <param name="write">Writes its body.</param>
    public static async ValueTask RefuseAsync(RunOutput output, MillraceException error, Action<Utf8JsonWriter> write)
    {
        var headers = new HeaderDictionary { ["Content-Type"] = ApiJson.ContentType };
        OpenAiErrors.SetRetryHeaders(headers, error);
        await output.BeginAsync(Head(error.Reason.Info().Http, headers), CancellationToken.None);
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, ApiJson.WriterOptions)) write(json);
        await output.BodyAsync(body.WrittenMemory, CancellationToken.None);
    }
}
