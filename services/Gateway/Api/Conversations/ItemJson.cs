using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Contracts.Sessions.V1;

namespace Millrace.Gateway.Api.Conversations;

/// <summary>
/// Ids of items. A message has its own; a call that it makes has that of the message and its index behind a colon, which no message's has.
/// </summary>
internal static class ItemIds
{
    /// <summary>The id of a call of a message.</summary>
    public static string Call(string messageId, int index) => string.Create(CultureInfo.InvariantCulture, $"{messageId}:{index}");

    /// <summary>The message that an item is or is part of.</summary>
    public static string MessageOf(string id) => id.Split(':')[0];
}

/// <summary>
/// An item of a conversation as OpenAI's API has it: a message, a call of a function, or what came of one. What is ours alone is in one
/// field.
/// </summary>
internal sealed record ItemJson(string Id, string Type, string Status, [property: JsonPropertyOrder(1)] ItemFactsJson Millrace)
{
    private const string Completed = "completed";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContentJson[]? Content { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CallId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Arguments { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Output { get; init; }

    /// <summary>The items of a message, in their order: what it says, if anything, and its calls.</summary>
    public static IEnumerable<ItemJson> Of(Message message)
    {
        if (message.ToolCallId.Length > 0) yield return Result(message);
        else if (message.Content.Length > 0 || message.ToolCalls.Count == 0) yield return Said(message);
        for (var i = 0; i < message.ToolCalls.Count; i++) yield return Call(message, i);
    }

    private static ItemJson Said(Message message) => new(message.Id, "message", Completed, ItemFactsJson.Of(message))
    {
        Role = ItemRoles.Name(message.Role),
        Content =
        [
            new ContentJson(
                message.Role == MessageRole.Assistant ? "output_text" : "input_text", message.Content, Annotations(message)),
        ],
        Name = message.Name.Length == 0 ? null : message.Name,
    };

    private static ItemJson Result(Message message) => new(message.Id, "function_call_output", Completed, ItemFactsJson.Of(message))
    {
        CallId = message.ToolCallId, Output = message.Content,
    };

    private static ItemJson Call(Message message, int index)
    {
        var call = message.ToolCalls[index];
        return new ItemJson(ItemIds.Call(message.Id, index), "function_call", Completed, ItemFactsJson.Of(message))
        {
            CallId = call.Id, Name = call.Name, Arguments = call.Arguments,
        };
    }

    // OpenAI's annotations have shapes of their own; what the answer cites is told in full beside them.
    private static JsonElement[]? Annotations(Message message) => message.Role == MessageRole.Assistant ? [] : null;
}

internal sealed record ContentJson(
    string Type,
    string Text,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement[]? Annotations);

internal sealed record ItemFactsJson(
    string? ParentMessageId, long Sequence, long CreatedAt, string? Model, int? TokenCount, JsonElement? Citations)
{
    public static ItemFactsJson Of(Message message) => new(
        message.ParentMessageId.Length == 0 ? null : message.ParentMessageId,
        (long)message.Sequence,
        message.CreatedAt?.Seconds ?? 0,
        message.Model.Length == 0 ? null : message.Model,
        message.TokenCount == 0 ? null : (int)message.TokenCount,
        Sources(message));

    private static JsonElement? Sources(Message message)
    {
        if (message.AnnotationsJson.Length == 0) return null;
        try
        {
            using var json = JsonDocument.Parse(message.AnnotationsJson);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            // Whoever appended it over gRPC wrote something else; it is returned as it stands.
            return JsonSerializer.SerializeToElement(message.AnnotationsJson, ConversationJsonContext.Default.String);
        }
    }
}

internal sealed record ItemListJson(string Object, ItemJson[] Data, string FirstId, string LastId, bool HasMore)
{
    public static ItemListJson Of(IEnumerable<Message> messages, bool hasMore, bool descending = false)
    {
        ItemJson[] items = [.. messages.SelectMany(message => descending ? ItemJson.Of(message).Reverse() : ItemJson.Of(message))];
        return new ItemListJson("list", items, items.FirstOrDefault()?.Id ?? "", items.LastOrDefault()?.Id ?? "", hasMore);
    }
}
