using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Millrace.ServiceDefaults.Http;

/// <summary>
/// JSON as the HTTP API answers it. Only what JSON itself demands is escaped: an answer is JSON in UTF-8 and says so, never a part of a
/// page, so that an apostrophe may be one.
/// </summary>
public static class ApiJson
{
    /// <summary>The media type of every JSON answer.</summary>
    public const string ContentType = "application/json; charset=utf-8";

    /// <summary>For writers of answers.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a value as the whole answer. The status must be set before.</summary>
    public static async Task WriteAsync<T>(HttpResponse response, T value, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        response.ContentType = ContentType;
        await using (var json = new Utf8JsonWriter(response.BodyWriter, WriterOptions)) JsonSerializer.Serialize(json, value, type);
        await response.BodyWriter.FlushAsync(cancellationToken);
    }
}
