using System.Text.Json.Serialization;

namespace Millrace.Upstreams;

/// <summary>A piece of a tool call.</summary>
internal sealed class OpenAiToolCall
{
    public int? Index { get; set; }

    public string? Id { get; set; }

    public OpenAiFunction? Function { get; set; }
}

/// <summary>Name and arguments of a call.</summary>
internal sealed class OpenAiFunction
{
    public string? Name { get; set; }

    public string? Arguments { get; set; }
}

/// <summary>Log probabilities in the form of chats (<see cref="Content"/>) or of text completions (the others).</summary>
internal sealed class OpenAiLogprobs
{
    public IReadOnlyList<OpenAiLogprob>? Content { get; set; }

    public IReadOnlyList<string>? Tokens { get; set; }

    public IReadOnlyList<float?>? TokenLogprobs { get; set; }

    public IReadOnlyList<IReadOnlyDictionary<string, float>?>? TopLogprobs { get; set; }
}

/// <summary>A token with its log probability.</summary>
internal sealed class OpenAiLogprob
{
    public string? Token { get; set; }

    public float Logprob { get; set; }

    /// <summary>The token's bytes as numbers.</summary>
    public IReadOnlyList<byte>? Bytes { get; set; }

    public IReadOnlyList<OpenAiLogprob>? TopLogprobs { get; set; }
}

/// <summary>An event of Anthropic's stream, all kinds in one.</summary>
internal sealed class AnthropicEvent
{
    public string? Type { get; set; }

    public int Index { get; set; }

    public AnthropicMessage? Message { get; set; }

    public AnthropicBlock? ContentBlock { get; set; }

    public AnthropicDelta? Delta { get; set; }

    public AnthropicUsage? Usage { get; set; }
}

/// <summary>The message as it begins.</summary>
internal sealed class AnthropicMessage
{
    public AnthropicUsage? Usage { get; set; }
}

/// <summary>A block of the message as it begins.</summary>
internal sealed class AnthropicBlock
{
    public string? Type { get; set; }

    public string? Text { get; set; }

    public string? Id { get; set; }

    public string? Name { get; set; }
}

/// <summary>What is new of a block or of the message.</summary>
internal sealed class AnthropicDelta
{
    public string? Type { get; set; }

    public string? Text { get; set; }

    public string? PartialJson { get; set; }

    public string? StopReason { get; set; }

    public string? StopSequence { get; set; }
}

/// <summary>Token counts; those that an event does not tell are null.</summary>
internal sealed class AnthropicUsage
{
    public long? InputTokens { get; set; }

    public long? CacheCreationInputTokens { get; set; }

    public long? CacheReadInputTokens { get; set; }

    public long? OutputTokens { get; set; }
}

/// <summary>
/// Source-generated JSON of what upstreams send. The types are classes with setters: the serializer collects properties that
/// can only be initialised, and makes the object at its end, which costs more.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, MaxDepth = DepthMax)]
[JsonSerializable(typeof(OpenAiLogprobs))]
[JsonSerializable(typeof(List<OpenAiToolCall>))]
[JsonSerializable(typeof(AnthropicEvent))]
internal sealed partial class UpstreamJson : JsonSerializerContext
{
    /// <summary>Most levels of what an upstream sends.</summary>
    internal const int DepthMax = 32;
}
