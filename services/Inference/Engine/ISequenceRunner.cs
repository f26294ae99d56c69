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
/// Runs steps on a model. One thread uses it. It keeps, per slot, the keys and values of the tokens that it was given.
/// </summary>
internal interface ISequenceRunner : IDisposable
{
    /// <summary>Cells of the cache.</summary>
    int KvCells { get; }

    /// <summary>Computes a step.</summary>
    RunResult Run(StepPlan plan);

    /// <summary>
    /// The output after an entry of the last step that wanted one: a logit per token of the vocabulary. Valid until the next step.
    /// </summary>
    ReadOnlySpan<float> Logits(int entryIndex);

    /// <summary>Forgets what a slot holds.</summary>
    void Release(int slot);
}
