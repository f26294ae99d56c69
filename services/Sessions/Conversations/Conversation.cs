namespace Millrace.Sessions.Conversations;

/// <summary>A conversation of one tenant.</summary>
/// <param name="Id">Id, unique for the tenant.</param>
/// <param name="Title">Title that the application gave it.</param>
/// <param name="Metadata">What the application says of it.</param>
/// <param name="MessageCount">Number of messages of all branches.</param>
/// <param name="HeadMessageId">The message that it goes on from; empty while there is none.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="UpdatedAt">When a message was last appended.</param>
public sealed record Conversation(
    string Id,
    string Title,
    IReadOnlyDictionary<string, string> Metadata,
    int MessageCount,
    string HeadMessageId,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>A conversation without messages.</summary>
    public static Conversation New(string id, string title, IReadOnlyDictionary<string, string> metadata, DateTimeOffset now) =>
        new(id, title, metadata, MessageCount: 0, HeadMessageId: "", now, now);
}

/// <summary>What every key of a conversation begins with.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Id">The conversation's id.</param>
public sealed record ConversationKey(string Tenant, string Id);

/// <summary>A change of what an application says of a conversation.</summary>
/// <param name="Title">The new title; null to keep it.</param>
/// <param name="Metadata">The new metadata; null to keep it.</param>
public sealed record ConversationChange(string? Title, IReadOnlyDictionary<string, string>? Metadata);
