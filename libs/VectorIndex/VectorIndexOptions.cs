namespace Millrace.VectorIndex;

/// <summary>What an index is for, and its limits. Dimension, metric, quantization and M are fixed once an index is on disk.</summary>
public sealed record VectorIndexOptions
{
    /// <summary>The largest dimension.</summary>
    public const int DimensionMax = 16_384;

    private const int LinksMax = 128;
    private const int BeamMax = 4_096;
    private const int ThreadsMax = 256;
    private const int ElementsMax = 500_000_000;
    private const double RescoreMax = 100;
    private const double DeletedShareBound = 0.5;
    private const long LogBytesMin = 1 << 10;

    /// <summary>Numbers in each vector. Must be set.</summary>
    public int Dimension { get; init; }

    /// <summary>What makes two vectors near.</summary>
    public Metric Metric { get; init; } = Metric.Cosine;

    /// <summary>What the graph is walked on.</summary>
    public Quantization Quantization { get; init; } = Quantization.None;

    /// <summary>Links of a node on the upper levels; on the lowest there are twice as many. More is better recall, more memory.</summary>
    public int M { get; init; } = 16;

    /// <summary>Candidates that are looked at when a vector is put in. More is a better graph and a slower build.</summary>
    public int EfConstruction { get; init; } = 200;

    /// <summary>Candidates that a search keeps, unless it says otherwise. More is better recall and a slower search.</summary>
    public int EfSearch { get; init; } = 64;

    /// <summary>Threads of a batch and of repairs; one per processor by default.</summary>
    public int BuildThreads { get; init; } = Environment.ProcessorCount;

    /// <summary>Most vectors at a time. A write over it is refused, whole.</summary>
    public int MaxElements { get; init; } = 10_000_000;

    /// <summary>With <see cref="Quantization.Int8"/>, how many times k candidates are scored again on the vectors.</summary>
    public double RescoreFactor { get; init; } = 3;

    /// <summary>Share of deleted nodes from which on the graph is repaired and their memory is used again.</summary>
    public double DeletedShareMax { get; init; } = 0.1;

    /// <summary>Bytes of log after which a write also takes a snapshot, which makes the next opening fast.</summary>
    public long SnapshotAfterLogBytes { get; init; } = 64L << 20;

    /// <summary>Whether closing takes a snapshot when there is anything in the log.</summary>
    public bool SnapshotOnClose { get; init; } = true;

    /// <summary>
    /// Whether vectors and links of a snapshot stay in its file, mapped into memory, instead of being read: memory that the system can take
    /// back and share between processes, without huge pages. All of it is read once to compare its checksums.
    /// </summary>
    public bool MapSnapshot { get; init; }

    /// <summary>
    /// Whether a write waits until the disk has it, and so survives the loss of power. Otherwise it survives the end of the process,
    /// however sudden, and <see cref="VectorIndex.Commit"/> makes it survive the rest.
    /// </summary>
    public bool FsyncOnWrite { get; init; }

    /// <summary>Seed of the nodes' levels: the same writes by one thread give the same graph.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>What is wrong with these options, each with what to do; empty when nothing is.</summary>
    public IReadOnlyList<string> Faults() =>
    [
        .. InRange(nameof(Dimension), Dimension, 1, DimensionMax, "set it to the number of floats that the embedding model returns"),
        .. Known(nameof(Metric), Metric),
        .. Known(nameof(Quantization), Quantization),
        .. InRange(nameof(M), M, 2, LinksMax, "16 suits most embeddings"),
        .. InRange(nameof(EfConstruction), EfConstruction, M, BeamMax, "at least M; 200 suits most embeddings"),
        .. InRange(nameof(EfSearch), EfSearch, 1, BeamMax, "64 suits most searches for ten neighbours"),
        .. InRange(nameof(BuildThreads), BuildThreads, 1, ThreadsMax, "one per processor is best"),
        .. InRange(nameof(MaxElements), MaxElements, 1, ElementsMax, "set it to what memory allows: 4 x Dimension + 8 x M bytes each"),
        .. InRange(nameof(RescoreFactor), RescoreFactor, 1, RescoreMax, "3 suits most embeddings"),
        .. InRange(nameof(DeletedShareMax), DeletedShareMax, 0.001, DeletedShareBound, "0.1 suits most uses"),
        .. InRange(nameof(SnapshotAfterLogBytes), SnapshotAfterLogBytes, LogBytesMin, long.MaxValue, "64 MiB suits most uses"),
    ];

    /// <summary>Refuses options that make no sense.</summary>
    /// <exception cref="ArgumentException">Something is out of range; the message has every fault.</exception>
    internal void ThrowIfFaulty()
    {
        if (Faults() is { Count: > 0 } faults) throw new ArgumentException(string.Join(' ', faults));
    }

    private static IEnumerable<string> InRange<T>(string name, T value, T min, T max, string advice)
        where T : IComparable<T>
    {
        // NaN is below everything.
        if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
            yield return FormattableString.Invariant($"{name} is {value}, and must be from {min} to {max}: {advice}.");
    }

    private static IEnumerable<string> Known<T>(string name, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value)) yield return $"{name} is {value}, and must be one of {string.Join(", ", Enum.GetNames<T>())}.";
    }
}
