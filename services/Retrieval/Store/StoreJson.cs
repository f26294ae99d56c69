using System.Text.Encodings.Web;
using System.Text.Json;
using Millrace.Retrieval.Chunking;

namespace Millrace.Retrieval.Store;

/// <summary>The lists, objects and settings that are stored as JSON.</summary>
internal static class StoreJson
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An object without entries.</summary>
    public static readonly JsonElement EmptyObject = JsonSerializer.Deserialize<JsonElement>("{}");

    public static string Of(IReadOnlyList<string> list) => list.Count == 0 ? "[]" : JsonSerializer.Serialize(list, Plain);

    public static string Of(JsonElement value) => JsonSerializer.Serialize(value, Plain);

    public static string Of(ChunkingSettings settings) => JsonSerializer.Serialize(settings, Plain);

    public static JsonElement Object(string json) => json == "{}" ? EmptyObject : JsonSerializer.Deserialize<JsonElement>(json);

    public static string[] List(string json) => json == "[]" ? [] : JsonSerializer.Deserialize<string[]>(json) ?? [];

    public static ChunkingSettings Chunking(string json) =>
        JsonSerializer.Deserialize<ChunkingSettings>(json)
        ?? throw new InvalidOperationException("The settings of a generation are empty.");
}
