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
