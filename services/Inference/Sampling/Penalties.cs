using System.Runtime.InteropServices;
using Millrace.Inference.Scheduling;

namespace Millrace.Inference.Sampling;

/// <summary>Changes logits by what the sequence already says, and by the caller's bias.</summary>
internal sealed class Penalties
{
    private readonly SamplingOptions _options;
    private readonly KeyValuePair<int, float>[] _bias;
    private readonly Dictionary<int, int> _occurrences = [];
    private readonly Repetition? _repetition;

    public Penalties(SamplingOptions options)
    {
        _options = options;
        _bias = [.. options.LogitBias];
        _repetition = options.DryMultiplier > 0 ? new Repetition(options) : null;
    }

    /// <summary>Whether the next token's logits stay as they are.</summary>
    public bool AreIdle => _bias.Length == 0 && _options.RepeatPenalty == 1 && _occurrences.Count == 0 && _repetition is null;

    /// <summary>Changes the logits in place: bias, repeat penalty, frequency and presence penalties, DRY.</summary>
    public void Apply(Span<float> logits, Sequence sequence, SamplerScratch scratch)
    {
        foreach (var (id, value) in _bias) logits[id] += value;
        if (_options.RepeatPenalty != 1) ApplyRepeat(logits, sequence.Tokens, scratch);
        foreach (var (id, count) in _occurrences)
            logits[id] -= (_options.FrequencyPenalty * count) + _options.PresencePenalty;
        _repetition?.Apply(logits, sequence.Tokens, scratch);
    }

    /// <summary>Counts a token of the output.</summary>
    public void Observe(int token)
    {
        if (_options.PenalisesOutput) CollectionsMarshal.GetValueRefOrAddDefault(_occurrences, token, out _)++;
    }

    private void ApplyRepeat(Span<float> logits, ReadOnlySpan<int> tokens, SamplerScratch scratch)
    {
        scratch.ForgetSeen();
        foreach (var token in tokens[^Math.Min(tokens.Length, _options.RepeatLastN)..])
            if (scratch.See(token))
                logits[token] = logits[token] > 0 ? logits[token] / _options.RepeatPenalty : logits[token] * _options.RepeatPenalty;
    }
}
