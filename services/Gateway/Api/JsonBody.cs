using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api;

/// <summary>Reads a request's body as JSON; what is wrong with it is told by place, never by content.</summary>
internal static class JsonBody
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>Reads the body.</summary>
    /// <exception cref="MillraceException">It is missing, too large, compressed, not UTF-8 or not JSON.</exception>
    public static async Task<JsonDocument> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Headers.ContentEncoding.Count > 0)
            throw new MillraceException(Reason.UnsupportedMediaType, "The body is compressed. Send it without Content-Encoding.");

        var reader = request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            if (result.IsCompleted)
            {
                var body = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                return Parse(body);
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
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
            throw new MillraceException(Reason.InvalidArgument, Describe(error), error);
        }
    }

    private static string Describe(JsonException error) => error is { LineNumber: { } line, BytePositionInLine: { } position }
        ? $"The body is not valid JSON: line {line + 1}, byte {position + 1}."
        : "The body is not valid JSON: a field occurs twice in one object. Send each field once.";
}
