using Millrace.Inference.Detokenization;
using Millrace.Inference.Sampling;
using Millrace.Inference.Scheduling;

namespace Millrace.Inference.Engine;

/// <summary>
/// The prompt as part of an answer: its text and, when log probabilities are wanted, those of its tokens. The first token follows nothing,
/// so it has none.
/// </summary>
internal sealed class PromptEcho(Sequence sequence, LogprobRequest logprobs)
{
    private readonly List<SampledToken> _judged = [];

    /// <summary>Takes the outputs of a step that computed part of the prompt.</summary>
    public void Observe(EntryOutputs outputs, SamplerScratch scratch)
    {
        for (var i = 0; i < outputs.Count; i++)
        {
            // A sequence that lost its slot is computed again; what was judged before is not judged twice.
            var next = outputs.PositionOf(i) + 1;
            if (next >= sequence.PromptCount || next != _judged.Count + 1) continue;
            _judged.Add(LogProbabilities.Of(sequence.Tokens[next], outputs.Logits(i), logprobs, scratch));
        }
    }

    /// <summary>The prompt's events.</summary>
    public IEnumerable<TokenGenerated> Events(int choice, ITokenVocabulary vocabulary)
    {
        var text = new TextStream([]);
        var whole = new List<string>();
        for (var i = 0; i < sequence.PromptCount; i++)
        {
            whole.Add(text.Add(vocabulary.Piece(sequence.Tokens[i])));
            if (logprobs.Chosen) yield return new TokenGenerated(choice, whole[^1], TokenAt(i), IsPrompt: true);
        }

        var rest = text.Finish();
        var remaining = logprobs.Chosen ? rest : string.Concat(whole) + rest;
        if (remaining.Length > 0) yield return new TokenGenerated(choice, remaining, null, IsPrompt: true);
    }

    private SampledToken TokenAt(int index) => index == 0 ? new SampledToken(sequence.Tokens[0], 0, []) : _judged[index - 1];
}
