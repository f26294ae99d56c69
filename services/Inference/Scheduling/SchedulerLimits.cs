namespace Millrace.Inference.Scheduling;

/// <summary>What the scheduler may use.</summary>
internal sealed record SchedulerLimits
{
    /// <summary>Sequences that are decoded together.</summary>
    public required int SlotsMax { get; init; }

    /// <summary>Sequences that may wait.</summary>
    public required int QueueDepthMax { get; init; }

    /// <summary>Cells of the KV cache; at least the tokens of the longest sequence.</summary>
    public required int KvCells { get; init; }

    /// <summary>
    /// Whether all sequences share the cells; otherwise each slot has an equal part of its own, enough for the longest sequence.
    /// </summary>
    public bool SharesCells { get; init; } = true;

    /// <summary>
    /// Tokens computed in one step; at least <see cref="SlotsMax"/>, so that every running sequence can be decoded in every step.
    /// </summary>
    public required int StepTokensMax { get; init; }

    /// <summary>Ended sequences whose state is kept for others that begin alike; 0 keeps none.</summary>
    public int CachedSequencesMax { get; init; }

    /// <summary>Their tokens that are kept in memory outside the cells; 0 to keep them in the cells.</summary>
    public int StashedTokensMax { get; init; }
}
