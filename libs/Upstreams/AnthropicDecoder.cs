using System.Text.Json;
using Millrace.Contracts.Inference.V1;

namespace Millrace.Upstreams;

/// <summary>Understands the events of Anthropic's Messages API. Events of kinds that are not known are passed over, as it asks.</summary>
internal sealed class AnthropicDecoder(AnswerBuilder answer) : IAnswerDecoder
{
    private readonly Dictionary<int, OpenCall> _calls = [];
    private uint _callCount;
    private long _promptTokens;
    private long _cachedTokens;
    private long _outputTokens;

    /// <inheritdoc/>
    public void Decode(SseEvent next)
    {
        var given = JsonSerializer.Deserialize(next.Data.Span, UpstreamJson.Default.AnthropicEvent) ?? throw new JsonException();
        switch (given.Type ?? next.Type)
        {
            case "message_start":
                Start(given.Message?.Usage);
                break;
            case "content_block_start":
                Open(given);
                break;
            case "content_block_delta":
                Add(given);
                break;
            case "content_block_stop":
                Close(given.Index);
                break;
            case "message_delta":
                Finish(given);
                break;
            case "message_stop":
                answer.Complete();
                break;
            case "error":
                throw new UpstreamErrorEvent(UpstreamErrors.Read(0, next.Data));
        }
    }

    private void Start(AnthropicUsage? usage)
    {
        _cachedTokens = usage?.CacheReadInputTokens ?? 0;
        _promptTokens = (usage?.InputTokens ?? 0) + (usage?.CacheCreationInputTokens ?? 0) + _cachedTokens;
        answer.Start(new TokenUsage(_promptTokens, _cachedTokens, 0));
    }

    private void Open(AnthropicEvent given)
    {
        var block = given.ContentBlock ?? throw new JsonException();
        if (block.Type == "text") answer.AddText(0, block.Text ?? "");
        if (block.Type != "tool_use") return;
        var call = new OpenCall(_callCount++);
        _calls[given.Index] = call;
        answer.AddToolCall(0, new ToolCallDelta { Index = call.Index, Id = block.Id ?? "", Name = block.Name ?? "" });
    }

    private void Add(AnthropicEvent given)
    {
        answer.Progress();
        if (given.Delta?.Type == "text_delta") answer.AddText(0, given.Delta.Text ?? "");
        if (given.Delta is not { Type: "input_json_delta", PartialJson: { Length: > 0 } json }) return;
        if (!_calls.TryGetValue(given.Index, out var call)) throw new SseException("it sent arguments of a call that it had not begun");
        call.HasArguments = true;
        answer.AddToolCall(0, new ToolCallDelta { Index = call.Index, Arguments = json });
    }

    /// <summary>A call without arguments has no pieces of them; its caller wants an object all the same.</summary>
    private void Close(int index)
    {
        if (!_calls.Remove(index, out var call) || call.HasArguments) return;
        answer.AddToolCall(0, new ToolCallDelta { Index = call.Index, Arguments = "{}" });
    }

    private void Finish(AnthropicEvent given)
    {
        _outputTokens = given.Usage?.OutputTokens ?? _outputTokens;
        answer.SetUsage(new TokenUsage(_promptTokens, _cachedTokens, _outputTokens));
        if (given.Delta?.StopReason is { } reason) answer.Finish(0, ReasonOf(reason), given.Delta.StopSequence ?? "");
    }

    private static FinishReason ReasonOf(string reason) => reason switch
    {
        "max_tokens" or "model_context_window_exceeded" => FinishReason.Length,
        "tool_use" => FinishReason.ToolCalls,
        "refusal" => FinishReason.ContentFilter,
        _ => FinishReason.Stop,
    };

    private sealed class OpenCall(uint index)
    {
        public uint Index { get; } = index;

        public bool HasArguments { get; set; }
    }
}
