namespace Millrace.VectorIndex;

/// <summary>What an index holds and has done since it was opened.</summary>
public sealed record IndexStatistics
{
    /// <summary>Vectors that can be found.</summary>
    public required int Elements { get; init; }

    /// <summary>Deleted nodes whose memory waits for a repair of the graph.</summary>
    public required int Deleted { get; init; }

    /// <summary>Levels of the graph.</summary>
    public required int Levels { get; init; }

    /// <summary>Bytes of memory outside the managed heap; what is mapped from a snapshot is not counted.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Bytes of the log since the last snapshot; 0 in memory.</summary>
    public required long LogBytes { get; init; }

    /// <summary>Bytes of the last snapshot; 0 where there is none.</summary>
    public required long SnapshotBytes { get; init; }

    /// <summary>Searches by plan.</summary>
    public required IReadOnlyDictionary<SearchPlan, long> Searches { get; init; }

    /// <summary>What was found wrong and mended when the index was opened, such as a torn end of the log; empty when nothing was.</summary>
    public required IReadOnlyList<string> Repairs { get; init; }
}
