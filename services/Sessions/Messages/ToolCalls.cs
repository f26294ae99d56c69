using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Sessions.Messages;

/// <summary>A call of a tool, as a model made it.</summary>
/// <param name="Id">Identifies the call within the conversation.</param>
/// <param name="Name">Name of the tool.</param>
/// <param name="Arguments">A JSON object as text, which nobody has checked.</param>
public sealed record StoredToolCall(string Id, string Name, string Arguments);

/// <summary>Tool calls as they are kept in one column: a JSON array in their order, empty for none.</summary>
public static class ToolCalls
{
    /// <summary>The column's text.</summary>
    public static string Write(IReadOnlyCollection<StoredToolCall> calls) => calls.Count == 0
        ? ""
        : JsonSerializer.Serialize([.. calls], ToolCallsJson.Default.StoredToolCallArray);

    /// <summary>The calls of a column's text.</summary>
    public static IReadOnlyList<StoredToolCall> Read(string json) =>
        json.Length == 0 ? [] : JsonSerializer.Deserialize(json, ToolCallsJson.Default.StoredToolCallArray) ?? [];
}

/// <summary>Source-generated JSON of tool calls.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StoredToolCall[]))]
internal sealed partial class ToolCallsJson : JsonSerializerContext;
