using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Millrace.Contracts.Inference.V1;

namespace Millrace.Inference.Upstreams;

/// <summary>Understands the chunks of OpenAI's chats and text completions.</summary>
internal sealed class OpenAiDecoder(AnswerBuilder answer) : IAnswerDecoder
{
    /// <summary>Upstreams do not tell ids of tokens.</summary>
    internal const int UnknownId = -1;

    /// <inheritdoc/>
    public void Decode(SseEvent next)
    {
        if (next.Data.Span.Trim((byte)' ').SequenceEqual("[DONE]"u8))
        {
            answer.Complete();
            return;
        }

        var chunk = JsonSerializer.Deserialize(next.Data.Span, UpstreamJson.Default.OpenAiChunk) ?? throw new JsonException();
        if (next.Type == "error" || chunk.Error.ValueKind is JsonValueKind.Object or JsonValueKind.String)
            throw new UpstreamErrorEvent(UpstreamErrors.Read(0, next.Data));
        answer.Start();
        foreach (var choice in chunk.Choices ?? []) Add(choice);
        if (chunk.Usage.ValueKind == JsonValueKind.Object) answer.SetUsage(UsageOf(chunk.Usage));
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

    private void Add(OpenAiChoice choice)
    {
        var delta = choice.Delta;
        if (!string.IsNullOrEmpty(delta?.ReasoningContent ?? delta?.Reasoning)) answer.Progress();
        answer.AddText(choice.Index, choice.Text ?? delta?.Content ?? delta?.Refusal ?? "", TokensOf(choice.Logprobs));
        var position = 0;
        foreach (var call in delta?.ToolCalls ?? []) answer.AddToolCall(choice.Index, ToDelta(call, position++));
        if (!string.IsNullOrEmpty(choice.FinishReason)) answer.Finish(choice.Index, ReasonOf(choice.FinishReason), StopOf(choice));
    }

    private static ToolCallDelta ToDelta(OpenAiToolCall call, int position) => new()
    {
        Index = (uint)(call.Index ?? position),
        Id = call.Id ?? "",
        Name = call.Function?.Name ?? "",
        Arguments = call.Function?.Arguments ?? "",
    };

    private static FinishReason ReasonOf(string reason) => reason switch
    {
        "length" => FinishReason.Length,
        "tool_calls" or "function_call" => FinishReason.ToolCalls,
        "content_filter" => FinishReason.ContentFilter,
        _ => FinishReason.Stop,
    };

    private static string StopOf(OpenAiChoice choice) =>
        choice.StopReason.ValueKind == JsonValueKind.String ? choice.StopReason.GetString() ?? "" : "";

    private static GeneratedToken[]? TokensOf(OpenAiLogprobs? logprobs) => logprobs switch
    {
        { Content: { } content } => [.. content.Select(ToToken)],
        { Tokens: { } tokens } => [.. tokens.Select((token, index) => ToToken(token, index, logprobs))],
        _ => null,
    };

    private static GeneratedToken ToToken(OpenAiLogprob given)
    {
        var token = new GeneratedToken { Id = UnknownId, Token = BytesOf(given), Logprob = given.Logprob };
        token.Top.AddRange((given.TopLogprobs ?? []).Select(top => new TopLogprob
        {
            Id = UnknownId,
            Token = BytesOf(top),
            Logprob = top.Logprob,
        }));
        return token;
    }

    private static GeneratedToken ToToken(string text, int index, OpenAiLogprobs logprobs)
    {
        var token = new GeneratedToken
        {
            Id = UnknownId,
            Token = ByteString.CopyFromUtf8(text),
            Logprob = logprobs.TokenLogprobs?.ElementAtOrDefault(index) ?? 0,
        };
        var top = logprobs.TopLogprobs?.ElementAtOrDefault(index) ?? new Dictionary<string, float>();
        token.Top.AddRange(top.OrderByDescending(entry => entry.Value).Select(entry => new TopLogprob
        {
            Id = UnknownId,
            Token = ByteString.CopyFromUtf8(entry.Key),
            Logprob = entry.Value,
        }));
        return token;
    }

    private static ByteString BytesOf(OpenAiLogprob given) => given.Bytes is { } bytes
        ? ByteString.CopyFrom([.. bytes])
        : ByteString.CopyFrom(given.Token ?? "", Encoding.UTF8);
}
