using Google.Protobuf.WellKnownTypes;
using Millrace.Sessions.Conversations;
using Proto = Millrace.Contracts.Sessions.V1;

namespace Millrace.Sessions.Grpc;

/// <summary>Between contract and core.</summary>
internal static class Mapping
{
    public static Proto.Conversation ToProto(this Conversation conversation) => new()
    {
        Id = conversation.Id,
        Title = conversation.Title,
        Metadata = { conversation.Metadata.ToDictionary() },
        MessageCount = (uint)conversation.MessageCount,
        CreatedAt = conversation.CreatedAt.ToTimestamp(),
        UpdatedAt = conversation.UpdatedAt.ToTimestamp(),
    };

    public static Proto.Message ToProto(this StoredMessage message) => new()
    {
        Id = message.Content.Id,
        Role = (Proto.MessageRole)message.Content.Role,
        Content = message.Content.Content,
        Sequence = (ulong)message.Sequence,
        TokenCount = (uint)message.Content.TokenCount,
        Model = message.Content.Model,
        AnnotationsJson = message.Content.AnnotationsJson,
        CreatedAt = message.CreatedAt.ToTimestamp(),
    };

    public static NewMessage ToCore(this Proto.Message message) => new()
    {
        Id = message.Id,
        Role = (MessageRole)message.Role,
        Content = message.Content,
        TokenCount = (int)Math.Min(message.TokenCount, int.MaxValue),
        Model = message.Model,
        AnnotationsJson = message.AnnotationsJson,
    };
}
