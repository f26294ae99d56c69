using Millrace.Inference.KvCache;
using Millrace.Inference.Scheduling;

namespace Millrace.Inference.Engine;

/// <summary>What became of a step.</summary>
internal enum RunResult
{
    /// <summary>All entries were computed.</summary>
    Done,

    /// <summary>Nothing was computed: the cache has no room.</summary>
    NoRoom,
}

/// <summary>
/// Runs steps on a model. One thread uses it. It keeps, per native sequence, the keys and values of the tokens that it was given.
/// </summary>
internal interface ISequenceRunner : IDisposable
{
    /// <summary>Cells of the cache.</summary>
    int KvCells { get; }

    /// <summary>Changes the cache.</summary>
    void Apply(KvAction action);

    /// <summary>Computes the entries of a step.</summary>
    RunResult Run(StepPlan plan);

    /// <summary>An output of an entry of the last step: a logit per token of the vocabulary. Valid until the next step.</summary>
    /// <param name="entryIndex">Index of the entry.</param>
    /// <param name="output">Which of the entry's outputs, from 0.</param>
    ReadOnlySpan<float> Logits(int entryIndex, int output);

    /// <summary>The state of a native sequence, as bytes.</summary>
    byte[] SaveState(int id);

    /// <summary>Gives an empty native sequence a saved state.</summary>
    /// <exception cref="LlamaCpp.LlamaException">The state is damaged, or of another model.</exception>
    void RestoreState(int id, ReadOnlySpan<byte> state);
}
