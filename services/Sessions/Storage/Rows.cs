using System.Text.Json;
using Millrace.Sessions.Conversations;

namespace Millrace.Sessions.Storage;

/// <summary>A row of <c>conversations</c>; members are named as its columns.</summary>
internal sealed record ConversationRow(
    long number, string id, string title, string metadata, long message_count, long created_ms, long updated_ms)
{
    public Conversation ToConversation() => new(
        id,
        title,
        JsonSerializer.Deserialize<Dictionary<string, string>>(metadata) ?? [],
        (int)message_count,
        DateTimeOffset.FromUnixTimeMilliseconds(created_ms),
        DateTimeOffset.FromUnixTimeMilliseconds(updated_ms));
}

/// <summary>A row of <c>messages</c>; members are named as its columns.</summary>
internal sealed record MessageRow(
    long sequence, string id, long role, string content, long token_count, string model, string annotations, long created_ms)
{
    public StoredMessage ToMessage() => new(
        sequence,
        new NewMessage
        {
            Id = id,
            Role = (MessageRole)role,
            Content = content,
            TokenCount = (int)token_count,
            Model = model,
            AnnotationsJson = annotations,
        },
        DateTimeOffset.FromUnixTimeMilliseconds(created_ms));
}
