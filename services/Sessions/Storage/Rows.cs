using System.Text.Json;
using Millrace.Sessions.Conversations;
using Millrace.Sessions.Messages;

namespace Millrace.Sessions.Storage;

/// <summary>A row of <c>conversations</c>; members are named as its columns.</summary>
internal sealed record ConversationRow(
    long number, string id, string title, string metadata, long message_count, string? head_id, long created_ms, long updated_ms)
{
    public Conversation ToConversation(SqlDialect dialect) => new(
        id,
        dialect.Decode(title),
        JsonSerializer.Deserialize<Dictionary<string, string>>(metadata) ?? [],
        (int)message_count,
        head_id ?? "",
        DateTimeOffset.FromUnixTimeMilliseconds(created_ms),
        DateTimeOffset.FromUnixTimeMilliseconds(updated_ms));
}

/// <summary>What a writer needs to know of a conversation; its row is held until the transaction ends.</summary>
internal sealed record HeldRow(long number, long message_count, long last_sequence, long head);

/// <summary>The columns of a message that an append continues from.</summary>
internal sealed record PlaceRow(long sequence, string id, long depth, long parent);

/// <summary>A row of <c>messages</c>; members are named as its columns.</summary>
internal sealed record MessageRow(
    long sequence,
    string id,
    string? parent_id,
    long role,
    string content,
    long token_count,
    string token_model,
    string model,
    string annotations,
    long created_ms,
    string tool_calls,
    string tool_call_id,
    string name)
{
    public StoredMessage ToMessage(SqlDialect dialect) => new(
        sequence,
        new NewMessage
        {
            Id = id,
            Role = (MessageRole)role,
            Content = dialect.Decode(content),
            TokenCount = (int)token_count,
            TokenModel = dialect.Decode(token_model),
            Model = dialect.Decode(model),
            AnnotationsJson = dialect.Decode(annotations),
            ToolCallsJson = dialect.Decode(tool_calls),
            ToolCallId = dialect.Decode(tool_call_id),
            Name = dialect.Decode(name),
        },
        parent_id ?? "",
        DateTimeOffset.FromUnixTimeMilliseconds(created_ms));
}

/// <summary>A message on the way from a head to the beginning, without its text.</summary>
internal sealed record PathRow(
    long sequence, string id, long role, long bytes, long depth, long token_count, string token_model, long? counted)
{
    public PathMessage ToPathMessage(string model)
    {
        var given = token_count > 0 && (model.Length == 0 || token_model == model) ? token_count : -1;
        var tokens = bytes == 0 ? 0 : Math.Max(given, counted ?? -1);
        return new PathMessage(sequence, id, (MessageRole)role, (int)bytes, (int)depth, tokens < 0 ? null : (int)tokens);
    }
}

/// <summary>The end of a branch.</summary>
internal sealed record BranchRow(string id, long sequence, long depth, long created_ms, long head);

/// <summary>A row of <c>summaries</c>.</summary>
internal sealed record SummaryRow(long sequence, string message_id, string content, string model, string facts, long updated_ms);
