namespace Millrace.Inference.Engine;

/// <summary>Load and capacity of an engine after a step. Published whole, so that its figures belong together.</summary>
internal sealed record EngineSnapshot
{
    /// <summary>Sequences that can be decoded together.</summary>
    public required int SlotsTotal { get; init; }

    /// <summary>Sequences being decoded.</summary>
    public int SlotsUsed { get; init; }

    /// <summary>Sequences that wait.</summary>
    public int QueueDepth { get; init; }

    /// <summary>Sequences that may wait.</summary>
    public required int QueueDepthMax { get; init; }

    /// <summary>Cells of the KV cache.</summary>
    public required int KvCellsTotal { get; init; }

    /// <summary>Cells in use.</summary>
    public int KvCellsUsed { get; init; }

    /// <summary>Steps since start.</summary>
    public long StepsTotal { get; init; }

    /// <summary>Tokens generated since start.</summary>
    public long GeneratedTokensTotal { get; init; }

    /// <summary>How often a sequence lost its slot for want of cells.</summary>
    public long PreemptionsTotal { get; init; }

    /// <summary>How long a caller should wait who is refused because the queue is full.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);
}
