using System.Text;
using Google.Protobuf;
using Millrace.Contracts.Inference.V1;

namespace Millrace.Upstreams;

/// <summary>Understands the chunks of OpenAI's chats and text completions.</summary>
internal sealed class OpenAiDecoder(AnswerBuilder answer) : IAnswerDecoder
{
    /// <summary>Upstreams do not tell ids of tokens.</summary>
    internal const int UnknownId = -1;

    private static readonly List<OpenAiToolCall> NoCalls = [];

    private readonly OpenAiChunk _chunk = new();

    /// <inheritdoc/>
    public void Decode(SseEvent next)
    {
        if (next.Data.Span.Trim((byte)' ').SequenceEqual("[DONE]"u8))
        {
            answer.Complete();
            return;
        }

        _chunk.Read(next.Data.Span);
        if (next.Type == "error" || _chunk.IsError) throw new UpstreamErrorEvent(UpstreamErrors.Read(0, next.Data));
        answer.Start();
        foreach (var choice in _chunk.Choices) Add(choice);
        if (_chunk.Usage is { } usage) answer.SetUsage(usage);
    }

    private void Add(OpenAiChoice choice)
    {
        if (choice.HasReasoning) answer.Progress();
        answer.AddText(choice.Index, choice.Text, TokensOf(choice.Logprobs));
        var position = 0;
        foreach (var call in choice.ToolCalls ?? NoCalls) answer.AddToolCall(choice.Index, ToDelta(call, position++));
        if (choice.Reason != FinishReason.Unspecified) answer.Finish(choice.Index, choice.Reason, choice.Stop);
    }

    private static ToolCallDelta ToDelta(OpenAiToolCall? call, int position) => new()
    {
        Index = (uint)(call?.Index ?? position),
        Id = call?.Id ?? "",
        Name = call?.Function?.Name ?? "",
        Arguments = call?.Function?.Arguments ?? "",
    };

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
