using Millrace.Inference.Scheduling;

namespace Millrace.Inference.Engine;

/// <summary>The model's outputs for one entry of the last step. Valid until the next step.</summary>
/// <param name="runner">Who ran the step.</param>
/// <param name="index">Index of the entry.</param>
/// <param name="entry">The entry.</param>
internal readonly struct EntryOutputs(ISequenceRunner runner, int index, StepEntry entry)
{
    /// <summary>How many there are.</summary>
    public int Count => entry.OutputCount;

    /// <summary>Whether the last of them, or the last before proposed tokens, decides the sequence's next token.</summary>
    public bool ReachEnd { get; } = entry.ReachesEnd;

    /// <summary>Position of the token after which an output comes.</summary>
    public int PositionOf(int output) => entry.Start + entry.Count - entry.OutputCount + output;

    /// <summary>An output: a logit per token of the vocabulary.</summary>
    public ReadOnlySpan<float> Logits(int output) => runner.Logits(index, output);
}
