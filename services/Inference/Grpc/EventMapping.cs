using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Millrace.Contracts.Inference.V1;
using Millrace.Inference.Engine;
using Millrace.Inference.Models;
using Millrace.Inference.Runtime;
using Millrace.Inference.Sampling;
using FinishReason = Millrace.Contracts.Inference.V1.FinishReason;

namespace Millrace.Inference.Grpc;

/// <summary>
/// From a generation's events to the messages of its stream. What is there together travels together: tokens of one choice that are in one
/// batch become one message.
/// </summary>
internal sealed class EventMapping(bool logprobs)
{
    private readonly SortedDictionary<int, TokenBatch> _open = [];

    /// <summary>The messages of a batch, in order.</summary>
    public IEnumerable<GenerateResponse> Map(GenerationBatch batch)
    {
        foreach (var progress in batch.Events)
        {
            if (progress is TokenGenerated token)
            {
                if (BordersOnPrompt(token, out var before)) yield return new GenerateResponse { Tokens = before };
                Add(token, batch.Model.Vocabulary);
            }

            if (progress is PromptEvaluated started) yield return new GenerateResponse { Started = ToStarted(started, batch.Model.Name) };
            if (progress is not ChoiceFinished finished) continue;
            if (_open.Remove(finished.Choice, out var rest)) yield return new GenerateResponse { Tokens = rest };
            yield return new GenerateResponse { Finished = ToFinished(finished) };
        }

        foreach (var open in _open.Values) yield return new GenerateResponse { Tokens = open };
        _open.Clear();
    }

    /// <summary>Whether a token is the first generated one behind the echoed prompt, which travels in messages of its own.</summary>
    private bool BordersOnPrompt(TokenGenerated token, [NotNullWhen(true)] out TokenBatch? prompt) =>
        _open.TryGetValue(token.Choice, out prompt) && prompt.IsPrompt != token.IsPrompt && _open.Remove(token.Choice);

    private void Add(TokenGenerated generated, LlamaVocabulary vocabulary)
    {
        if (!_open.TryGetValue(generated.Choice, out var batch))
            _open[generated.Choice] = batch = new TokenBatch { ChoiceIndex = (uint)generated.Choice, IsPrompt = generated.IsPrompt };
        batch.Text += generated.Text;
        if (generated.Token is { } token) batch.Tokens.Add(ToToken(token, vocabulary));
    }

    private GeneratedToken ToToken(SampledToken token, LlamaVocabulary vocabulary)
    {
        if (!logprobs) return new GeneratedToken { Id = token.Id };
        var mapped = new GeneratedToken { Id = token.Id, Token = ByteString.CopyFrom(vocabulary.Piece(token.Id)), Logprob = token.Logprob };
        mapped.Top.AddRange(token.Top.Select(top => new TopLogprob
        {
            Id = top.Id,
            Token = ByteString.CopyFrom(vocabulary.Piece(top.Id)),
            Logprob = top.Logprob,
        }));
        return mapped;
    }

    private static GenerationStarted ToStarted(PromptEvaluated started, string model) => new()
    {
        Model = model,
        PromptTokens = (uint)started.PromptTokens,
        CachedTokens = (uint)started.CachedTokens,
        QueueMs = (float)started.QueueTime.TotalMilliseconds,
        Seed = started.Seed,
    };

    private static GenerationFinished ToFinished(ChoiceFinished finished) => new()
    {
        ChoiceIndex = (uint)finished.Choice,
        Reason = finished.Reason == Engine.FinishReason.Stop ? FinishReason.Stop : FinishReason.Length,
        Stop = finished.StopMet ?? "",
        CompletionTokens = (uint)finished.CompletionTokens,
        PrefillMs = (float)finished.PrefillTime.TotalMilliseconds,
        DecodeMs = (float)finished.DecodeTime.TotalMilliseconds,
        DraftedTokens = (uint)finished.DraftedTokens,
        AcceptedTokens = (uint)finished.AcceptedTokens,
    };
}
