using Millrace.Gateway.Api;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Anthropic;

/// <summary>A request of Anthropic's Messages API while its fields are read.</summary>
internal sealed class MessagesDraft
{
    /// <summary>What both APIs have: model, sampling, limits, retrieval.</summary>
    public ChatRequestDraft Chat { get; } = new();

    public string System { get; set; } = string.Empty;

    public IReadOnlyList<ChatTurn> Turns { get; set; } = [];

    public IReadOnlyList<ChatTool> Tools { get; set; } = [];

    public ChatToolChoice ToolChoice { get; set; } = ChatToolChoice.Auto;

    public ChatResponseFormat? ResponseFormat { get; set; }
}

/// <summary>A request of Anthropic's Messages API.</summary>
/// <param name="Chat">The chat, as the pipeline takes it.</param>
/// <param name="Stream">Whether the answer is streamed.</param>
internal sealed record MessagesRequest(ChatRequest Chat, bool Stream);
