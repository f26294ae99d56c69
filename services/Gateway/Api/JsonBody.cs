using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api;

/// <summary>Reads a request's body as JSON; what is wrong with it is told by place, never by content.</summary>
internal sealed class JsonBody(IOptions<GatewayOptions> options)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>Reads the body.</summary>
    /// <exception cref="MillraceException">It is missing, too large, compressed, not UTF-8 or not JSON.</exception>
    public async Task<JsonDocument> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Headers.ContentEncoding.Count > 0)
            throw new MillraceException(Reason.UnsupportedMediaType, "The body is compressed. Send it without Content-Encoding.");

        return Parse(await ReadBytesAsync(request.BodyReader, options.Value.BodyBytesMax, cancellationToken));
    }

    private static async Task<byte[]> ReadBytesAsync(PipeReader reader, int bytesMax, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            if (result.Buffer.Length > bytesMax) throw await TooLargeAsync(reader, result, bytesMax, cancellationToken);
            if (result.IsCompleted)
            {
                var body = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                return body;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    // Most clients read the answer only when they have sent everything. The server's own limit ends what is larger by far.
    private static async Task<MillraceException> TooLargeAsync(
        PipeReader reader, ReadResult result, int bytesMax, CancellationToken cancellationToken)
    {
        while (!result.IsCompleted)
        {
            reader.AdvanceTo(result.Buffer.End);
            result = await reader.ReadAsync(cancellationToken);
        }

        reader.AdvanceTo(result.Buffer.End);
        return new MillraceException(Reason.PayloadTooLarge, $"The body has more than {bytesMax} bytes. Send less.");
    }

    private static JsonDocument Parse(byte[] body)
    {
        if (body.Length == 0) throw new MillraceException(Reason.InvalidArgument, "The body is empty. Send a JSON object.");
        if (!Utf8.IsValid(body)) throw new MillraceException(Reason.InvalidArgument, "The body is not valid UTF-8. Encode it as UTF-8.");
        try
        {
            return JsonDocument.Parse(body, Strict);
        }
        catch (JsonException error)
        {
            throw new MillraceException(Reason.InvalidArgument, Describe(error, body), error);
        }
        catch (InvalidOperationException error)
        {
            // Field names are compared with each other, and half of a surrogate pair, written as an escape, is no text.
            throw new MillraceException(
                Reason.InvalidArgument, "The body has a field name that is not valid Unicode. Remove unpaired surrogates.", error);
        }
    }

    private static string Describe(JsonException error, byte[] body)
    {
        if (error is not { LineNumber: { } line, BytePositionInLine: { } position })
            return "The body is not valid JSON: a field occurs twice in one object. Send each field once.";
        return IsJson(body)
            ? $"The body is nested deeper than {Strict.MaxDepth} levels: line {line + 1}, byte {position + 1}. Send a flatter one."
            : $"The body is not valid JSON: line {line + 1}, byte {position + 1}.";
    }

    private static bool IsJson(byte[] body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
