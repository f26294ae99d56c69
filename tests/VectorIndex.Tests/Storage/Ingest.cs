namespace Millrace.VectorIndex.Tests.Storage;

/// <summary>A writer that goes on until it is killed, and says after each write that it was acknowledged.</summary>
internal static class Ingest
{
    public const int Dimension = 8;

    // A snapshot every few dozen writes, so that some kills fall into one.
    public static VectorIndexOptions Options { get; } =
        new() { Dimension = Dimension, Metric = Metric.L2, MaxElements = 10_000, SnapshotAfterLogBytes = 20_000, BuildThreads = 1 };

    public static void Run(string folder, int seed, TextWriter acknowledged)
    {
        var writes = new RandomWrites(Dimension, seed);
        using var index = VectorIndex.Open(folder, Options);
        while (true)
        {
            writes.Next().Apply(index);
            acknowledged.WriteLine('.');
            acknowledged.Flush();
        }
    }
}
