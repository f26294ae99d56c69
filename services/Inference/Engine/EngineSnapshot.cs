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

    /// <summary>Cells of cached prefixes that no running sequence holds.</summary>
    public int KvCellsCached { get; init; }

    /// <summary>Tokens of ended sequences whose state is kept, in the cells or in memory.</summary>
    public int CachedTokens { get; init; }

    /// <summary>Names of the beginnings in the cache, as their requests gave them, the most recently used first.</summary>
    public IReadOnlyList<ulong> PrefixKeys { get; init; } = [];

    /// <summary>Steps since start.</summary>
    public long StepsTotal { get; init; }

    /// <summary>Tokens generated since start.</summary>
    public long GeneratedTokensTotal { get; init; }

    /// <summary>Tokens of prompts since start.</summary>
    public long PromptTokensTotal { get; init; }

    /// <summary>How many of them were in the cache.</summary>
    public long CachedTokensTotal { get; init; }

    /// <summary>Tokens that speculative decoding proposed since start.</summary>
    public long DraftedTokensTotal { get; init; }

    /// <summary>How many of them were confirmed.</summary>
    public long AcceptedTokensTotal { get; init; }

    /// <summary>Whether speculative decoding is in use now.</summary>
    public bool IsSpeculating { get; init; }

    /// <summary>Steps per second, over the last second of work; 0 at rest.</summary>
    public float StepsPerSecond { get; init; }

    /// <summary>Tokens generated per second, over the last second of work; 0 at rest.</summary>
    public float TokensPerSecond { get; init; }

    /// <summary>Mean number of sequences in a step, lately.</summary>
    public float BatchSequences { get; init; }

    /// <summary>Mean time to decide what a step computes, lately.</summary>
    public TimeSpan ScheduleTime { get; init; }

    /// <summary>How often a sequence lost its slot for want of cells.</summary>
    public long PreemptionsTotal { get; init; }

    /// <summary>How long a caller should wait who is refused because the queue is full.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);
}
