using Millrace.Inference.Detokenization;
using Millrace.Inference.Sampling;
using Millrace.Inference.Scheduling;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Engine;

/// <summary>One of the answers to a request: a sequence with its sampler and its text.</summary>
internal sealed class Choice(Generation generation, int index, Sequence sequence, Sampler sampler)
{
    private readonly TextStream _text = new(generation.Request.Stop);
    private long? _firstStepAt;
    private long? _firstTokenAt;
    private int _completionTokens;

    /// <summary>The request.</summary>
    public Generation Generation { get; } = generation;

    /// <summary>Its tokens.</summary>
    public Sequence Sequence { get; } = sequence;

    /// <summary>A step that works on it begins.</summary>
    public void Touch(long now) => _firstStepAt ??= now;

    /// <summary>Chooses the next token from the model's output and tells of it.</summary>
    /// <returns>Whether the choice is complete.</returns>
    /// <exception cref="MillraceException">The output is not usable.</exception>
    public bool Advance(ReadOnlySpan<float> logits, ITokenVocabulary vocabulary, EngineClock clock)
    {
        var token = sampler.Sample(logits, Sequence) ?? throw new MillraceException(
            Reason.ModelUnavailable, "The model's output is not a number. Its file may be damaged: fetch it again.");
        MarkToken(clock);
        if (!Generation.Request.IgnoreEnd && vocabulary.IsEnd(token.Id)) return Finish(FinishReason.Stop, clock);

        Generation.Write(new TokenGenerated(index, _text.Add(vocabulary.Piece(token.Id)), token));
        if (_text.StopMet is not null) return Finish(FinishReason.Stop, clock);
        Sequence.Append(token.Id);
        return Sequence.IsFull && Finish(FinishReason.Length, clock);
    }

    private void MarkToken(EngineClock clock)
    {
        _completionTokens++;
        if (_firstTokenAt is not null) return;
        _firstTokenAt = clock.Now;
        Generation.Start(clock.Between(Generation.ArrivedAt, _firstStepAt), clock.Between(Generation.ArrivedAt, _firstTokenAt));
    }

    private bool Finish(FinishReason reason, EngineClock clock)
    {
        var rest = _text.Finish();
        if (rest.Length > 0) Generation.Write(new TokenGenerated(index, rest, null));
        var decodeTime = clock.Between(_firstTokenAt, clock.Now);
        Generation.Finish(new ChoiceFinished(
            index, reason, _text.StopMet, _completionTokens, clock.Between(_firstStepAt, _firstTokenAt), decodeTime));
        return true;
    }
}
