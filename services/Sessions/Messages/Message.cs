namespace Millrace.Sessions.Messages;

/// <summary>The author of a message.</summary>
public enum MessageRole
{
    /// <summary>Instructions of the operator or application.</summary>
    System = 1,

    /// <summary>The person or program that asks.</summary>
    User = 2,

    /// <summary>The model.</summary>
    Assistant = 3,

    /// <summary>The result of a tool call.</summary>
    Tool = 4,
}

/// <summary>A message as its writer gives it.</summary>
public sealed record NewMessage
{
    /// <summary>Id, unique in the conversation; chosen by the writer, so that a retry is recognised.</summary>
    public required string Id { get; init; }

    /// <summary>The author.</summary>
    public required MessageRole Role { get; init; }

    /// <summary>The text.</summary>
    public required string Content { get; init; }

    /// <summary>Tokens of the content, as counted by the writer; 0 when unknown.</summary>
    public int TokenCount { get; init; }

    /// <summary>The model whose tokenizer counted; empty when the writer does not say.</summary>
    public string TokenModel { get; init; } = "";

    /// <summary>The model that wrote it, for answers.</summary>
    public string Model { get; init; } = "";

    /// <summary>What belongs to it, such as citations, as JSON; empty for none.</summary>
    public string AnnotationsJson { get; init; } = "";

    /// <summary>Calls that it makes, as <see cref="ToolCalls"/> writes them; empty for none.</summary>
    public string ToolCallsJson { get; init; } = "";

    /// <summary>The call that it is the result of; empty in messages of other authors.</summary>
    public string ToolCallId { get; init; } = "";

    /// <summary>Name of the author; empty when nobody gave one.</summary>
    public string Name { get; init; } = "";
}

/// <summary>A message as it is stored.</summary>
/// <param name="Sequence">Position in the conversation, from 1, over all branches. A message's parent has a smaller one.</param>
/// <param name="Content">What its writer gave.</param>
/// <param name="ParentId">The message that it follows; empty for a first one.</param>
/// <param name="CreatedAt">When it was appended.</param>
public sealed record StoredMessage(long Sequence, NewMessage Content, string ParentId, DateTimeOffset CreatedAt);

/// <summary>A message on the way from a head to the beginning, without its text.</summary>
/// <param name="Sequence">Position in the conversation.</param>
/// <param name="Id">Its id.</param>
/// <param name="Role">The author.</param>
/// <param name="Bytes">UTF-8 bytes of its text and its tool calls.</param>
/// <param name="Depth">Messages on the way from the beginning, itself included.</param>
/// <param name="Tokens">Tokens of its text; null when nobody has counted them for the model in question.</param>
public sealed record PathMessage(long Sequence, string Id, MessageRole Role, int Bytes, int Depth, int? Tokens);

/// <summary>The end of a branch.</summary>
/// <param name="MessageId">Its last message.</param>
/// <param name="MessageCount">Messages on the way there.</param>
/// <param name="IsCurrent">Whether the conversation's head is on the way.</param>
/// <param name="UpdatedAt">When the last message was appended.</param>
public sealed record Branch(string MessageId, int MessageCount, bool IsCurrent, DateTimeOffset UpdatedAt);
