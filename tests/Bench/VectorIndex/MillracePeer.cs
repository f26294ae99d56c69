using System.Diagnostics;
using Millrace.VectorIndex;
using Index = Millrace.VectorIndex.VectorIndex;

namespace Millrace.Bench.VectorIndex;

/// <summary>Our own index, with a log on disk, as services use it.</summary>
internal sealed class MillracePeer : IPeer
{
    private const int Batch = 10_000;

    private readonly Corpus _corpus;
    private readonly string _folder;
    private readonly VectorIndexOptions _options;
    private readonly Dictionary<int, SearchOptions> _searches = [];
    private Index _index;

    public MillracePeer(Corpus corpus, Quantization quantization, string folder)
    {
        Name = quantization == Quantization.None ? "float32" : "int8";
        _corpus = corpus;
        _folder = Path.Combine(folder, "index-" + Name);
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
        _options = new()
        {
            Dimension = corpus.Dimension, Quantization = quantization, M = Build.Links, EfConstruction = Build.Breadth,
            BuildThreads = 1, MaxElements = corpus.Count, SnapshotAfterLogBytes = long.MaxValue,
        };
        _index = Index.Open(_folder, _options);
        var start = Stopwatch.GetTimestamp();
        var ids = Enumerable.Range(0, corpus.Count).Select(id => (long)id).ToArray();
        for (var first = 0; first < ids.Length; first += Batch)
        {
            var count = Math.Min(Batch, ids.Length - first);
            _index.UpsertBatch(ids.AsSpan(first, count), corpus.Vectors.AsSpan(first * corpus.Dimension, count * corpus.Dimension));
        }

        BuildSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public double BuildSeconds { get; }

    /// <summary>Bytes outside the managed heap.</summary>
    public long MemoryBytes => _index.Statistics.MemoryBytes;

    /// <inheritdoc/>
    public double Search(int ef, long[] ids)
    {
        if (!_searches.TryGetValue(ef, out var options)) _searches[ef] = options = new() { Ef = ef };
        var hits = new VectorHit[Corpus.Neighbours];
        var dimension = _corpus.Dimension;
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < _corpus.Asked; i++)
        {
            var count = _index.Search(_corpus.Queries.AsSpan(i * dimension, dimension), hits.Length, hits, options);
            for (var j = 0; j < count; j++) ids[(i * hits.Length) + j] = hits[j].Id;
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Closes the index, with a snapshot, and opens it from that.</summary>
    /// <returns>Seconds that opening took.</returns>
    public double Reopen()
    {
        _index.Dispose();
        var start = Stopwatch.GetTimestamp();
        _index = Index.Open(_folder, _options);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _index.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
