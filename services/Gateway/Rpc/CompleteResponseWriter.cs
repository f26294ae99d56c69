using Google.Protobuf;
using Millrace.Contracts.Gateway.V1;
using Millrace.Gateway.Runtime;
using Citation = Millrace.Gateway.Citations.Citation;
using Token = Millrace.Gateway.Runtime.TokenLogprob;

namespace Millrace.Gateway.Rpc;

/// <summary>The events of an answer as gRPC messages.</summary>
internal static class CompleteResponseWriter
{
    public static CompleteResponse Write(ChatEvent next) => next switch
    {
        ChatStarted started => new CompleteResponse { Started = new CompletionStarted { Id = started.Id, Model = started.ServedBy } },
        ChatDelta delta => new CompleteResponse { Delta = Delta(delta) },
        ChatToolCallDelta call => new CompleteResponse { Delta = Delta(call) },
        ChatFinished finished => new CompleteResponse { Finished = Finished(finished) },
        ChatCompleted completed => new CompleteResponse { Completed = Completed(completed) },
        _ => throw new ArgumentOutOfRangeException(nameof(next)),
    };

    private static CompletionDelta Delta(ChatDelta delta)
    {
        var message = new CompletionDelta { ChoiceIndex = (uint)delta.Choice, Text = delta.Text };
        message.Logprobs.Add(delta.Logprobs.Select(Logprob));
        return message;
    }

    private static CompletionDelta Delta(ChatToolCallDelta call)
    {
        var piece = new ToolCallDelta
        {
            Index = (uint)call.Index, Id = call.Id ?? string.Empty, Name = call.Name ?? string.Empty, Arguments = call.Arguments,
        };
        return new CompletionDelta { ChoiceIndex = (uint)call.Choice, ToolCalls = { piece } };
    }

    private static Contracts.Gateway.V1.TokenLogprob Logprob(Token token)
    {
        var message = new Contracts.Gateway.V1.TokenLogprob { Token = ByteString.CopyFrom(token.Token.Span), Logprob = token.Logprob };
        message.Top.Add(token.Top.Select(Logprob));
        return message;
    }

    private static CompletionFinished Finished(ChatFinished finished)
    {
        var message = new CompletionFinished
        {
            ChoiceIndex = (uint)finished.Choice,
            Reason = finished.Reason switch
            {
                ChatFinishReason.Length => FinishReason.Length,
                ChatFinishReason.ContentFilter => FinishReason.ContentFilter,
                ChatFinishReason.ToolCalls => FinishReason.ToolCalls,
                _ => FinishReason.Stop,
            },
        };
        message.Citations.Add(finished.Citations.Select(Describe));
        return message;
    }

    private static Contracts.Gateway.V1.Citation Describe(Citation citation) => new()
    {
        Number = (uint)citation.Number,
        DocumentId = citation.DocumentId,
        Collection = citation.Collection,
        Title = citation.Title,
        Quote = citation.Quote,
        Start = (uint)citation.Start,
        End = (uint)citation.End,
        SourceStart = (uint)citation.SourceStart,
        SourceLength = (uint)citation.SourceLength,
        DocumentVersion = (uint)citation.DocumentVersion,
        Supported = (float)citation.Supported,
    };

    private static CompletionCompleted Completed(ChatCompleted completed)
    {
        var message = new CompletionCompleted
        {
            PromptTokens = (uint)completed.Usage.PromptTokens,
            CompletionTokens = (uint)completed.Usage.CompletionTokens,
            CachedTokens = (uint)completed.Usage.CachedTokens,
        };
        message.Degraded.Add(completed.Report.Degraded);
        message.MessageIds.Add(completed.Report.StoredMessageIds ?? []);
        return message;
    }
}
