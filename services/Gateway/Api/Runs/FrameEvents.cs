using System.Buffers;
using System.Text.Json;
using Millrace.Gateway.Runs;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Streaming;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Api.Runs;

/// <summary>A stream of events that goes into a run. The bytes are those that a client would get at once.</summary>
internal sealed class FrameEvents(RunOutput output) : IEventStream
{
    public async ValueTask StartAsync(ChatStarted started, CancellationToken cancellationToken)
    {
        var headers = StreamHeaders();
        AnswerHeaders.Set(headers, started.ServedBy, started.Timeline);
        await output.BeginAsync(Head(StatusCodes.Status200OK, headers), cancellationToken);
    }

    public ValueTask WriteAsync<T>(T state, Action<Utf8JsonWriter, T> write, CancellationToken cancellationToken)
    {
        var lines = new ArrayBufferWriter<byte>(256);
        lines.Write("data: "u8);
        using (var json = new Utf8JsonWriter(lines, ApiJson.WriterOptions)) write(json, state);
        lines.Write("\n\n"u8);
        return output.EventAsync(lines.WrittenMemory, cancellationToken);
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

    /// <summary>The lines that tell of a failure in the middle of a stream.</summary>
    public static byte[] Error(MillraceException error) =>
        [.. "data: "u8, .. JsonSerializer.SerializeToUtf8Bytes(error.ToOpenAi(), OpenAiErrorJson.Default.OpenAiError), .. "\n\n"u8];

    /// <summary>A refusal as the whole answer.</summary>
    public static async ValueTask RefuseAsync(RunOutput output, MillraceException error)
    {
        var headers = new HeaderDictionary { ["Content-Type"] = ApiJson.ContentType };
        OpenAiErrors.SetRetryHeaders(headers, error);
        await output.BeginAsync(Head(error.Reason.Info().Http, headers), CancellationToken.None);
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, ApiJson.WriterOptions))
            JsonSerializer.Serialize(json, error.ToOpenAi(), OpenAiErrorJson.Default.OpenAiError);
        await output.BodyAsync(body.WrittenMemory, CancellationToken.None);
    }
}
