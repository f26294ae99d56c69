using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Inference.Upstreams;

/// <summary>One chunk of a chat or of a text completion; what is not used is not read.</summary>
internal sealed record OpenAiChunk
{
    public IReadOnlyList<OpenAiChoice>? Choices { get; init; }

    /// <summary>Read apart, because some servers put in what is no count.</summary>
    public JsonElement Usage { get; init; }

    /// <summary>An object or a text when the server failed.</summary>
    public JsonElement Error { get; init; }
}

/// <summary>A choice's part of a chunk.</summary>
internal sealed record OpenAiChoice
{
    public int Index { get; init; }

    public OpenAiDelta? Delta { get; init; }

    /// <summary>Text of a text completion.</summary>
    public string? Text { get; init; }

    public OpenAiLogprobs? Logprobs { get; init; }

    public string? FinishReason { get; init; }

    /// <summary>vLLM's: the stop string that was met, or a token's id.</summary>
    public JsonElement StopReason { get; init; }
}

/// <summary>What is new of a chat message.</summary>
internal sealed record OpenAiDelta
{
    public string? Content { get; init; }

    public string? Refusal { get; init; }

    /// <summary>Reasoning, as vLLM, SGLang and llama-server name it.</summary>
    public string? ReasoningContent { get; init; }

    /// <summary>Reasoning, as others name it.</summary>
    public string? Reasoning { get; init; }

    public IReadOnlyList<OpenAiToolCall>? ToolCalls { get; init; }
}

/// <summary>A piece of a tool call.</summary>
internal sealed record OpenAiToolCall
{
    public int? Index { get; init; }

    public string? Id { get; init; }

    public OpenAiFunction? Function { get; init; }
}

/// <summary>Name and arguments of a call.</summary>
internal sealed record OpenAiFunction
{
    public string? Name { get; init; }

    public string? Arguments { get; init; }
}

/// <summary>Log probabilities in the form of chats (<see cref="Content"/>) or of text completions (the others).</summary>
internal sealed record OpenAiLogprobs
{
    public IReadOnlyList<OpenAiLogprob>? Content { get; init; }

    public IReadOnlyList<string>? Tokens { get; init; }

    public IReadOnlyList<float?>? TokenLogprobs { get; init; }

    public IReadOnlyList<IReadOnlyDictionary<string, float>?>? TopLogprobs { get; init; }
}

/// <summary>A token with its log probability.</summary>
internal sealed record OpenAiLogprob
{
    public string? Token { get; init; }

    public float Logprob { get; init; }

    /// <summary>The token's bytes as numbers.</summary>
    public IReadOnlyList<byte>? Bytes { get; init; }

    public IReadOnlyList<OpenAiLogprob>? TopLogprobs { get; init; }
}

/// <summary>An event of Anthropic's stream, all kinds in one.</summary>
internal sealed record AnthropicEvent
{
    public string? Type { get; init; }

    public int Index { get; init; }

    public AnthropicMessage? Message { get; init; }

    public AnthropicBlock? ContentBlock { get; init; }

    public AnthropicDelta? Delta { get; init; }

    public AnthropicUsage? Usage { get; init; }
}

/// <summary>The message as it begins.</summary>
internal sealed record AnthropicMessage
{
    public AnthropicUsage? Usage { get; init; }
}

/// <summary>A block of the message as it begins.</summary>
internal sealed record AnthropicBlock
{
    public string? Type { get; init; }

    public string? Text { get; init; }

    public string? Id { get; init; }

    public string? Name { get; init; }
}

/// <summary>What is new of a block or of the message.</summary>
internal sealed record AnthropicDelta
{
    public string? Type { get; init; }

    public string? Text { get; init; }

    public string? PartialJson { get; init; }

    public string? StopReason { get; init; }

    public string? StopSequence { get; init; }
}

/// <summary>Token counts; those that an event does not tell are null.</summary>
internal sealed record AnthropicUsage
{
    public long? InputTokens { get; init; }

    public long? CacheCreationInputTokens { get; init; }

    public long? CacheReadInputTokens { get; init; }

    public long? OutputTokens { get; init; }
}

/// <summary>Source-generated JSON of what upstreams send.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, MaxDepth = 32)]
[JsonSerializable(typeof(OpenAiChunk))]
[JsonSerializable(typeof(AnthropicEvent))]
internal sealed partial class UpstreamJson : JsonSerializerContext;
