namespace Millrace.Gateway.Runtime;

/// <summary>The author of a message.</summary>
public enum ChatRole
{
    /// <summary>Instructions of the operator or application.</summary>
    System,

    /// <summary>The person or program that asks.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,

    /// <summary>The result of a tool call.</summary>
    Tool,
}

/// <summary>One message of a chat.</summary>
/// <param name="Role">The author.</param>
/// <param name="Content">The text.</param>
/// <param name="Name">Name of the author, for templates that use it.</param>
public sealed record ChatTurn(ChatRole Role, string Content, string? Name = null)
{
    /// <summary>Whether it tells of messages that are not shown, and may go where there is no room even for that.</summary>
    public bool IsSummary { get; init; }

    /// <summary>Calls that the model made in this message.</summary>
    public IReadOnlyList<ChatToolCall> ToolCalls { get; init; } = [];

    /// <summary>The call that this message is the result of; null in messages of other authors.</summary>
    public string? ToolCallId { get; init; }
}

/// <summary>A chat to answer, validated and normalised, the same for both doors.</summary>
public sealed record ChatRequest
{
    /// <summary>Name of a model or of an assistant.</summary>
    public required string Model { get; init; }

    /// <summary>The messages, oldest first; at least one.</summary>
    public required IReadOnlyList<ChatTurn> Messages { get; init; }

    /// <summary>How tokens are chosen.</summary>
    public SamplingSettings Sampling { get; init; } = new();

    /// <summary>Upper bound on generated tokens per choice; null for as many as fit.</summary>
    public int? TokensMax { get; init; }

    /// <summary>Strings that end the generation; at most 16.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Number of choices, 1 to 8.</summary>
    public int ChoiceCount { get; init; } = 1;

    /// <summary>Whether each token carries its log probability.</summary>
    public bool Logprobs { get; init; }

    /// <summary>Alternatives per position, up to 20.</summary>
    public int TopLogprobs { get; init; }

    /// <summary>Tools that the model may call; at most 128.</summary>
    public IReadOnlyList<ChatTool> Tools { get; init; } = [];

    /// <summary>Which of them it may call, and how.</summary>
    public ChatToolChoice ToolChoice { get; init; } = ChatToolChoice.Auto;

    /// <summary>The form that the answer must have; null for text.</summary>
    public ChatResponseFormat? ResponseFormat { get; init; }

    /// <summary>Whether nobody waits for the answer, so that requests that somebody waits for go first.</summary>
    public bool IsBatch { get; init; }

    /// <summary>What the answer is to be grounded in; null for what the assistant says, if anything.</summary>
    public RetrievalSettings? Retrieval { get; init; }

    /// <summary>Name of a way of working that the model is told; null for the assistant's, if any.</summary>
    public string? PromptPreset { get; init; }

    /// <summary>Name of sampling settings for a kind of task; null for the assistant's, if any.</summary>
    public string? SamplingPreset { get; init; }

    /// <summary>Whether the conversation takes the messages and the answer.</summary>
    public bool IsStored { get; init; } = true;

    /// <summary>Whether the conversation takes system messages; else they are this answer's alone.</summary>
    public bool KeepsInstructions { get; init; } = true;

    /// <summary>Whether earlier messages that do not fit may be left out; else they are refused.</summary>
    public bool MayDropMessages { get; init; } = true;

    /// <summary>Lets another process go on with the chat; null where nobody would.</summary>
    public IChatJournal? Journal { get; init; }

    /// <summary>When the request arrived, in the units of the platform's clock; null when its door does not tell.</summary>
    public long? ArrivedAt { get; init; }

    /// <summary>The conversation that gives the history and takes the new messages; null for none.</summary>
    public string? ConversationId { get; init; }

    /// <summary>The message of the conversation that the new ones follow: null for its head, <c>root</c> to begin anew.</summary>
    public string? ParentMessageId { get; init; }
}
