using System.Text.Json;
using Millrace.Contracts.Inference.V1;

namespace Millrace.Upstreams;

/// <summary>One chunk of a chat or of a text completion. It is used again for the next one.</summary>
internal sealed class OpenAiChunk
{
    private readonly List<OpenAiChoice> _choices = [];
    private int _count;

    /// <summary>What the chunk says of choices.</summary>
    public ReadOnlySpan<OpenAiChoice> Choices => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_choices)[.._count];

    /// <summary>The tokens of the whole answer; null when the chunk does not tell.</summary>
    public TokenUsage? Usage { get; private set; }

    /// <summary>Whether the server says that it failed.</summary>
    public bool IsError { get; private set; }

    /// <summary>Reads a chunk. By hand, because one comes for every token.</summary>
    /// <exception cref="JsonException">It is no JSON, or not of the API's shape.</exception>
    public void Read(ReadOnlySpan<byte> data)
    {
        (_count, Usage, IsError) = (0, null, false);
        var json = new Utf8JsonReader(data, new JsonReaderOptions { MaxDepth = UpstreamJson.DepthMax });
        json.Read();
        json.Require(JsonTokenType.StartObject);
        while (json.NextName())
        {
            if (json.Is("choices"u8)) ReadChoices(ref json);
            else if (json.Is("usage"u8)) ReadUsage(ref json);
            else if (json.Is("error"u8)) ReadError(ref json);
            else json.SkipValue();
        }

        // What follows the object is an error, which reading on tells.
        json.Read();
    }

    private void ReadError(ref Utf8JsonReader json)
    {
        json.Read();
        IsError = json.TokenType is JsonTokenType.StartObject or JsonTokenType.String;
        json.Skip();
    }

    private void ReadUsage(ref Utf8JsonReader json)
    {
        json.Read();
        Usage = json.TokenType == JsonTokenType.StartObject ? UsageOf(JsonElement.ParseValue(ref json)) : null;
        json.Skip();
    }

    private void ReadChoices(ref Utf8JsonReader json)
    {
        _count = 0;
        if (!json.Begin(JsonTokenType.StartArray)) return;
        while (json.NextItem(JsonTokenType.StartObject))
        {
            if (_count == _choices.Count) _choices.Add(new OpenAiChoice());
            _choices[_count++].Read(ref json);
        }
    }

    private static TokenUsage UsageOf(JsonElement usage)
    {
        var details = usage.TryGetProperty("prompt_tokens_details", out var found) ? found : default;
        return new TokenUsage(Count(usage, "prompt_tokens"), Count(details, "cached_tokens"), Count(usage, "completion_tokens"));
    }

    /// <summary>A count; 0 when it is not there, -1 when it is no count.</summary>
    private static long Count(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value)) return 0;
        if (value.ValueKind == JsonValueKind.Null) return 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) ? count : -1;
    }
}

/// <summary>A choice's part of a chunk.</summary>
internal sealed class OpenAiChoice
{
    private string? _text;
    private string? _content;
    private string? _refusal;

    /// <summary>Which choice it is.</summary>
    public int Index { get; private set; }

    /// <summary>What is new of its text, of a chat or of a text completion.</summary>
    public string Text => _text ?? _content ?? _refusal ?? "";

    /// <summary>Whether the model reasoned: vLLM, SGLang and llama-server send <c>reasoning_content</c>, others <c>reasoning</c>.</summary>
    public bool HasReasoning { get; private set; }

    /// <summary>What is new of its tool calls; null for nothing.</summary>
    public List<OpenAiToolCall>? ToolCalls { get; private set; }

    /// <summary>Log probabilities of the new tokens; null for none.</summary>
    public OpenAiLogprobs? Logprobs { get; private set; }

    /// <summary>Why it ends; unspecified while it goes on.</summary>
    public FinishReason Reason { get; private set; }

    /// <summary>vLLM's <c>stop_reason</c>: the stop string that was met; empty when it was none.</summary>
    public string Stop { get; private set; } = "";

    /// <summary>Reads the rest of an object that has begun.</summary>
    public void Read(ref Utf8JsonReader json)
    {
        Clear();
        while (json.NextName())
        {
            if (json.Is("index"u8)) Index = json.ReadInt32();
            else if (json.Is("delta"u8)) ReadDelta(ref json);
            else if (json.Is("finish_reason"u8)) Reason = ReadReason(ref json);
            else if (json.Is("text"u8)) _text = json.ReadText();
            else if (json.Is("logprobs"u8)) Logprobs = json.ReadValue(UpstreamJson.Default.OpenAiLogprobs);
            else if (json.Is("stop_reason"u8)) Stop = ReadStop(ref json);
            else json.SkipValue();
        }
    }

    private void Clear()
    {
        (_text, _content, _refusal, Stop) = (null, null, null, "");
        (Index, HasReasoning, ToolCalls, Logprobs, Reason) = (0, false, null, null, FinishReason.Unspecified);
    }

    private void ReadDelta(ref Utf8JsonReader json)
    {
        if (!json.Begin(JsonTokenType.StartObject)) return;
        while (json.NextName())
        {
            if (json.Is("content"u8)) _content = json.ReadText();
            else if (json.Is("tool_calls"u8)) ToolCalls = json.ReadValue(UpstreamJson.Default.ListOpenAiToolCall);
            else if (json.Is("refusal"u8)) _refusal = json.ReadText();
            else if (json.Is("reasoning_content"u8) || json.Is("reasoning"u8)) HasReasoning |= json.ReadsText();
            else json.SkipValue();
        }
    }

    private static FinishReason ReadReason(ref Utf8JsonReader json)
    {
        if (!json.ReadsText()) return FinishReason.Unspecified;
        if (json.ValueTextEquals("length"u8)) return FinishReason.Length;
        if (json.ValueTextEquals("tool_calls"u8) || json.ValueTextEquals("function_call"u8)) return FinishReason.ToolCalls;
        return json.ValueTextEquals("content_filter"u8) ? FinishReason.ContentFilter : FinishReason.Stop;
    }

    private static string ReadStop(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String) return json.Text();
        json.Skip();
        return "";
    }
}
