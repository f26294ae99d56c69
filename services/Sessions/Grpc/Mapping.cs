using Google.Protobuf.WellKnownTypes;
using Millrace.Sessions.Conversations;
using Millrace.Sessions.Messages;
using Millrace.Sessions.Summaries;
using Millrace.Sessions.Windowing;
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
        HeadMessageId = conversation.HeadMessageId,
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
        TokenModel = message.Content.TokenModel,
        Model = message.Content.Model,
        AnnotationsJson = message.Content.AnnotationsJson,
        ToolCalls = { ToolCalls.Read(message.Content.ToolCallsJson).Select(ToProto) },
        ToolCallId = message.Content.ToolCallId,
        Name = message.Content.Name,
        ParentMessageId = message.ParentId,
        CreatedAt = message.CreatedAt.ToTimestamp(),
    };

    public static Proto.Branch ToProto(this Branch branch) => new()
    {
        HeadMessageId = branch.MessageId,
        MessageCount = (uint)branch.MessageCount,
        IsCurrent = branch.IsCurrent,
        UpdatedAt = branch.UpdatedAt.ToTimestamp(),
    };

    public static Proto.Summary ToProto(this StoredSummary summary) => new()
    {
        Text = summary.Text,
        ThroughMessageId = summary.MessageId,
        Model = summary.Model,
        Facts =
        {
            summary.Facts.Select(fact => new Proto.Fact
            {
                Role = (Proto.MessageRole)fact.Role, Text = fact.Text, Sequence = (ulong)fact.Sequence,
            }),
        },
        UpdatedAt = summary.UpdatedAt.ToTimestamp(),
    };

    public static Proto.GetWindowResponse ToProto(this Window window) => new()
    {
        Messages = { window.Messages.Select(ToProto) },
        DroppedCount = (uint)window.DroppedCount,
        TokenCount = (uint)window.TokenCount,
        HeadMessageId = window.HeadId,
        Uncounted = { window.Uncounted.Select(ToProto) },
        Summary = window.Summary?.ToProto(),
        Fallen = { window.Fallen.Select(ToProto) },
    };

    public static Proto.ExportConversationResponse ToProto(this ExportedPart part) => part switch
    {
        { Message: { } message } => new() { Message = message.ToProto() },
        { Summary: { } summary } => new() { Summary = summary.ToProto() },
        _ => new() { Conversation = part.Conversation?.ToProto() },
    };

    public static NewMessage ToCore(this Proto.Message message) => new()
    {
        Id = message.Id,
        Role = (MessageRole)message.Role,
        Content = message.Content,
        TokenCount = (int)Math.Min(message.TokenCount, int.MaxValue),
        TokenModel = message.TokenModel,
        Model = message.Model,
        AnnotationsJson = message.AnnotationsJson,
        ToolCallsJson = ToolCalls.Write([.. message.ToolCalls.Select(call => new StoredToolCall(call.Id, call.Name, call.Arguments))]),
        ToolCallId = message.ToolCallId,
        Name = message.Name,
    };

    private static Proto.ToolCall ToProto(StoredToolCall call) => new() { Id = call.Id, Name = call.Name, Arguments = call.Arguments };
}
