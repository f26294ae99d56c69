using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Contracts.Sessions.V1;

namespace Millrace.Gateway.Api.Conversations;

internal sealed record ConversationJson(
    string Id, string Object, long CreatedAt, Dictionary<string, string> Metadata, ConversationFactsJson Millrace)
{
    public static ConversationJson Of(Conversation conversation) => new(
        conversation.Id,
        "conversation",
        conversation.CreatedAt?.Seconds ?? 0,
        conversation.Metadata.ToDictionary(),
        new ConversationFactsJson(
            conversation.Title,
            (int)conversation.MessageCount,
            conversation.HeadMessageId.Length == 0 ? null : conversation.HeadMessageId,
            conversation.UpdatedAt?.Seconds ?? 0));
}

internal sealed record ConversationFactsJson(string Title, int MessageCount, string? HeadMessageId, long UpdatedAt);

internal sealed record ConversationListJson(string Object, ConversationJson[] Data, bool HasMore, string? NextPageToken);

internal sealed record DeletedConversationJson(string Id, string Object, bool Deleted);

/// <summary>A message as OpenAI's conversation item; what is ours alone is in one field.</summary>
internal sealed record ItemJson(string Id, string Type, string Role, string Status, ContentJson[] Content, ItemFactsJson Millrace)
{
    public static ItemJson Of(Message message) => new(
        message.Id,
        "message",
        ItemRoles.Name(message.Role),
        "completed",
        [new ContentJson(message.Role == MessageRole.Assistant ? "output_text" : "input_text", message.Content, Annotations(message))],
        new ItemFactsJson(
            message.ParentMessageId.Length == 0 ? null : message.ParentMessageId,
            (long)message.Sequence,
            message.CreatedAt?.Seconds ?? 0,
            message.Model.Length == 0 ? null : message.Model,
            message.TokenCount == 0 ? null : (int)message.TokenCount,
            Sources(message)));

    // OpenAI's annotations have shapes of their own; what the answer cites is told in full beside them.
    private static JsonElement[]? Annotations(Message message) => message.Role == MessageRole.Assistant ? [] : null;

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

internal sealed record ContentJson(
    string Type,
    string Text,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement[]? Annotations);

internal sealed record ItemFactsJson(
    string? ParentMessageId, long Sequence, long CreatedAt, string? Model, int? TokenCount, JsonElement? Citations);

internal sealed record ItemListJson(string Object, ItemJson[] Data, string FirstId, string LastId, bool HasMore)
{
    public static ItemListJson Of(IEnumerable<Message> messages, bool hasMore)
    {
        ItemJson[] items = [.. messages.Select(ItemJson.Of)];
        return new ItemListJson("list", items, items.FirstOrDefault()?.Id ?? "", items.LastOrDefault()?.Id ?? "", hasMore);
    }
}

internal sealed record BranchJson(string Object, string HeadMessageId, int MessageCount, bool IsCurrent, long UpdatedAt);

internal sealed record BranchListJson(string Object, BranchJson[] Data);

internal sealed record SummaryJson(string Object, string Text, string? ThroughMessageId, string? Model, FactJson[] Facts, long UpdatedAt)
{
    public static SummaryJson Of(Summary summary) => new(
        "conversation.summary",
        summary.Text,
        summary.ThroughMessageId,
        summary.Model.Length == 0 ? null : summary.Model,
        [.. summary.Facts.Select(fact => new FactJson(ItemRoles.Name(fact.Role), fact.Text, (long)fact.Sequence))],
        summary.UpdatedAt?.Seconds ?? 0);
}

internal sealed record FactJson(string Role, string Text, long Sequence);

/// <summary>The names of authors in the API.</summary>
internal static class ItemRoles
{
    public static string Name(MessageRole role) => role switch
    {
        MessageRole.System => "system",
        MessageRole.User => "user",
        MessageRole.Assistant => "assistant",
        MessageRole.Tool => "tool",
        _ => "unknown",
    };
}

/// <summary>Source-generated JSON of conversations.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ConversationJson))]
[JsonSerializable(typeof(ConversationListJson))]
[JsonSerializable(typeof(DeletedConversationJson))]
[JsonSerializable(typeof(ItemListJson))]
[JsonSerializable(typeof(BranchListJson))]
[JsonSerializable(typeof(SummaryJson))]
internal sealed partial class ConversationJsonContext : JsonSerializerContext;
