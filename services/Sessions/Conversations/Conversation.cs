namespace Millrace.Sessions.Conversations;

/// <summary>A conversation of one tenant.</summary>
/// <param name="Id">Id, unique for the tenant.</param>
/// <param name="Title">Title that the application gave it.</param>
/// <param name="Metadata">What the application says of it.</param>
/// <param name="MessageCount">Number of messages.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="UpdatedAt">When a message was last appended.</param>
public sealed record Conversation(
    string Id,
    string Title,
    IReadOnlyDictionary<string, string> Metadata,
    int MessageCount,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

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

    /// <summary>The model that wrote it, for answers.</summary>
    public string Model { get; init; } = "";

    /// <summary>What belongs to it, such as citations, as JSON; empty for none.</summary>
    public string AnnotationsJson { get; init; } = "";
}

/// <summary>A message as it is stored.</summary>
/// <param name="Sequence">Position in the conversation, from 1.</param>
/// <param name="Content">What its writer gave.</param>
/// <param name="CreatedAt">When it was appended.</param>
public sealed record StoredMessage(long Sequence, NewMessage Content, DateTimeOffset CreatedAt);
