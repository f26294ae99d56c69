using System.Text.Json;
using System.Text.Unicode;
using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Api;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Batches;

/// <summary>Reads a line of a batch: <c>{"custom_id", "method": "POST", "url", "body"}</c>.</summary>
internal static class BatchLineReader
{
    private const int CustomIdCharsMax = 512;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 34 };

    /// <summary>Reads a line. The body is checked when it runs, like that of any other request.</summary>
    /// <param name="raw">The line.</param>
    /// <param name="endpoint">The route of the batch.</param>
    public static ReadLine Read(RawLine raw, string endpoint)
    {
        if (raw.Bytes is null) return Wrong(raw, "line_too_long", "The line is longer than a request may be. Send less in one.", "");
        if (!Utf8.IsValid(raw.Bytes)) return Wrong(raw, "invalid_json_line", "The line is not valid UTF-8.", "");
        try
        {
            using var document = JsonDocument.Parse(raw.Bytes, Strict);
            return new ReadLine(Read(raw.Index, JsonField.Root(document.RootElement), endpoint), null);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return Wrong(raw, "invalid_json_line", "The line is not valid JSON. Write each request as one line of JSON.", "");
        }
        catch (MillraceException refusal)
        {
            return Wrong(raw, Code(refusal), refusal.Message, refusal.Param ?? "");
        }
    }

    /// <summary>What is wrong with a file as a whole.</summary>
    public static BatchError OfFile(string code, string message) => new() { Code = code, Message = message };

    /// <summary>What is wrong with a line.</summary>
    public static BatchError OfLine(int index, string code, string message, string param) =>
        new() { Code = code, Message = message, Param = param, Line = (uint)index + 1 };

    private static ReadLine Wrong(RawLine raw, string code, string message, string param) =>
        new(null, OfLine(raw.Index, code, message, param));

    private static string Code(MillraceException refusal) => refusal.Param switch
    {
        "method" => "invalid_method",
        "url" => "invalid_url",
        _ when refusal.Message.Contains("is missing", StringComparison.Ordinal) => "missing_required_parameter",
        _ => "invalid_request",
    };

    private static BatchLine Read(int index, JsonField line, string endpoint)
    {
        string? id = null;
        string? method = null;
        string? url = null;
        byte[]? body = null;
        foreach (var field in line.Properties())
        {
            switch (field.Name)
            {
                case "custom_id": id = field.Text(CustomIdCharsMax); break;
                case "method": method = Method(field); break;
                case "url": url = Url(field, endpoint); break;
                case "body": body = Body(field); break;
                default: throw field.Unknown();
            }
        }

        if (method is null) throw Missing("method");
        if (url is null) throw Missing("url");
        return new BatchLine(index, id is { Length: > 0 } ? id : throw Missing("custom_id"), body ?? throw Missing("body"));
    }

    private static MillraceException Missing(string name) => MillraceException.InvalidArgument(name, $"'{name}' is missing.");

    private static string Method(JsonField field) => field.Text() == "POST" ? "POST" : throw field.Invalid("must be \"POST\"");

    private static string Url(JsonField field, string endpoint) =>
        field.Text() == endpoint ? endpoint : throw field.Invalid($"must be \"{endpoint}\", as the batch says");

    private static byte[] Body(JsonField field)
    {
        if (field.Properties().Any(part => part.Name == "stream" && part.Kind == JsonValueKind.True))
            throw field.Unsupported("must not have 'stream': nobody waits for the answer. Leave it out.");
        return System.Text.Encoding.UTF8.GetBytes(field.Value.GetRawText());
    }
}
