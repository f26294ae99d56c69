using Millrace.Gateway.Api.Tools;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Api;

/// <summary>A chat request while its fields are read.</summary>
internal sealed class ChatRequestDraft
{
    public string? Model { get; set; }

    public IReadOnlyList<ChatTurn>? Messages { get; set; }

    public SamplingSettings Sampling { get; set; } = new();

    public int? MaxTokens { get; set; }

    public int? MaxCompletionTokens { get; set; }

    public IReadOnlyList<string> Stop { get; set; } = [];

    public int ChoiceCount { get; set; } = 1;

    public bool Logprobs { get; set; }

    public int? TopLogprobs { get; set; }

    public IReadOnlyList<ChatTool> Tools { get; set; } = [];

    public ToolChoiceFields ToolChoice { get; set; } = new(ChatToolChoice.Auto);

    public bool ParallelToolCalls { get; set; } = true;

    public ChatResponseFormat? ResponseFormat { get; set; }

    public bool Stream { get; set; }

    public bool HasStreamOptions { get; set; }

    public bool IncludeUsage { get; set; }

    public RetrievalSettings? Retrieval { get; set; }

    public string? ConversationId { get; set; }

    public string? ParentMessageId { get; set; }

    public string? PromptPreset { get; set; }

    public string? SamplingPreset { get; set; }
}

/// <summary>A chat request and how it wants to be answered.</summary>
/// <param name="Chat">The request.</param>
/// <param name="Stream">Whether the answer is streamed.</param>
/// <param name="IncludeUsage">Whether the stream ends with the usage.</param>
internal sealed record ChatHttpRequest(ChatRequest Chat, bool Stream, bool IncludeUsage);
