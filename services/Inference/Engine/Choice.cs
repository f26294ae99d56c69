using Millrace.Inference.Detokenization;
using Millrace.Inference.Sampling;
using Millrace.Inference.Scheduling;
using Millrace.Inference.Speculation;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Engine;

/// <summary>One of the answers to a request: a sequence with its sampler and its text.</summary>
internal sealed class Choice
{
    private readonly int _index;
    private readonly Sampler _sampler;
    private readonly TextStream _text;
    private readonly PromptEcho? _echo;
    private long? _firstStepAt;
    private long? _firstTokenAt;

    /// <summary>Creates a choice that waits.</summary>
    public Choice(Generation generation, int index, Sequence sequence, Sampler sampler)
    {
        (Generation, _index, Sequence, _sampler) = (generation, index, sequence, sampler);
        _text = new TextStream(generation.Request.Stop);
        _echo = generation.Request.Echo ? new PromptEcho(sequence, generation.Request.Logprobs) : null;
    }

    /// <summary>The request.</summary>
    public Generation Generation { get; }

    /// <summary>Its tokens.</summary>
    public Sequence Sequence { get; }

    /// <summary>Tokens generated so far, the ending one included.</summary>
    public int CompletionTokens { get; private set; }

    /// <summary>Tokens that were proposed to it.</summary>
    public int DraftedTokens { get; private set; }

    /// <summary>How many of them the model confirmed.</summary>
    public int AcceptedTokens { get; private set; }

    /// <summary>A step that works on it begins.</summary>
    public void Touch(long now) => _firstStepAt ??= now;

    /// <summary>
    /// Chooses the next token from the model's output and tells of it. When tokens were proposed, there is an output after each: as long as
    /// the chosen token is the proposed one, the next output is as good as if it had been computed alone.
    /// </summary>
    /// <returns>Whether the choice is complete.</returns>
    /// <exception cref="MillraceException">The output is not usable.</exception>
    public bool Advance(EntryOutputs outputs, TokenTools tools)
    {
        if (Sequence.WantsPromptOutputs) _echo?.Observe(outputs, tools.Scratch);
        if (!outputs.ReachEnd) return false;
        Span<int> draft = stackalloc int[IDrafter.TokensMax];
        var drafted = Sequence.TakeDraft(draft);
        DraftedTokens += drafted;
        for (var i = 0; ; i++)
        {
            if (ChooseNext(outputs.Logits(outputs.Count - 1 - drafted + i), tools)) return true;
            if (i == drafted || Sequence.Tokens[^1] != draft[i]) return false;
            AcceptedTokens++;
        }
    }

    private bool ChooseNext(ReadOnlySpan<float> logits, TokenTools tools)
    {
        var token = _sampler.Sample(logits, Sequence) ?? throw new MillraceException(
            Reason.ModelUnavailable, "The model's output is not a number. Its file may be damaged: fetch it again.");
        MarkToken(tools);
        if (!Generation.Request.IgnoreEnd && tools.Vocabulary.IsEnd(token.Id)) return Finish(FinishReason.Stop, tools.Clock);

        Generation.Write(new TokenGenerated(_index, _text.Add(tools.Vocabulary.Piece(token.Id)), token));
        if (_text.StopMet is not null) return Finish(FinishReason.Stop, tools.Clock);
        Sequence.Append(token.Id);
        return Sequence.IsFull && Finish(FinishReason.Length, tools.Clock);
    }

    private void MarkToken(TokenTools tools)
    {
        CompletionTokens++;
        if (_firstTokenAt is not null) return;
        var clock = tools.Clock;
        _firstTokenAt = clock.Now;
        Generation.Start(clock.Between(Generation.ArrivedAt, _firstStepAt), clock.Between(Generation.ArrivedAt, _firstTokenAt));
        foreach (var echoed in _echo?.Events(_index, tools.Vocabulary) ?? []) Generation.Write(echoed);
    }

    private bool Finish(FinishReason reason, EngineClock clock)
    {
        var rest = _text.Finish();
        if (rest.Length > 0) Generation.Write(new TokenGenerated(_index, rest, null));
        Generation.Finish(new ChoiceFinished(_index, reason, _text.StopMet, CompletionTokens)
        {
            PrefillTime = clock.Between(_firstStepAt, _firstTokenAt),
            DecodeTime = clock.Between(_firstTokenAt, clock.Now),
            DraftedTokens = DraftedTokens,
            AcceptedTokens = AcceptedTokens,
        });
        return true;
    }
}

/// <summary>What the engine's thread turns outputs into tokens and text with.</summary>
/// <param name="Vocabulary">The model's tokens.</param>
/// <param name="Clock">The time.</param>
/// <param name="Scratch">Working memory.</param>
internal sealed record TokenTools(ITokenVocabulary Vocabulary, EngineClock Clock, SamplerScratch Scratch);
