using System.Numerics.Tensors;

namespace Millrace.VectorIndex;

/// <summary>Provisional body.</summary>
public sealed class VectorIndex : IDisposable
{
    private readonly Dictionary<long, float[]> _vectors = [];
    private readonly Lock _lock = new();
    private readonly VectorIndexOptions _options;

    private VectorIndex(VectorIndexOptions options)
    {
        options.ThrowIfFaulty();
        _options = options;
    }

    public int Count { get { lock (_lock) return _vectors.Count; } }

    public IEnumerable<long> Ids { get { lock (_lock) return [.. _vectors.Keys]; } }

    public IndexStatistics Statistics => new()
    {
        Elements = Count, Deleted = 0, Levels = 0, MemoryBytes = 0, LogBytes = 0, SnapshotBytes = 0,
        Searches = new Dictionary<SearchPlan, long>(), Repairs = [],
    };

    public static VectorIndex CreateInMemory(VectorIndexOptions options) => new(options);

    public static VectorIndex Open(string folder, VectorIndexOptions options)
    {
        Directory.CreateDirectory(folder);
        return new(options);
    }

    public void Upsert(long id, ReadOnlySpan<float> vector)
    {
        lock (_lock) _vectors[id] = vector.ToArray();
    }

    public void UpsertBatch(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors)
    {
        for (var i = 0; i < ids.Length; i++) Upsert(ids[i], vectors.Slice(i * _options.Dimension, _options.Dimension));
    }

    public bool Delete(long id)
    {
        lock (_lock) return _vectors.Remove(id);
    }

    public int DeleteBatch(ReadOnlySpan<long> ids)
    {
        var count = 0;
        foreach (var id in ids) count += Delete(id) ? 1 : 0;
        return count;
    }

    public bool Contains(long id)
    {
        lock (_lock) return _vectors.ContainsKey(id);
    }

    public bool TryGet(long id, Span<float> vector)
    {
        lock (_lock)
        {
            if (!_vectors.TryGetValue(id, out var found)) return false;
            found.CopyTo(vector);
            return true;
        }
    }

    public IReadOnlyList<VectorHit> Search(ReadOnlySpan<float> query, int k, SearchOptions? options = null)
    {
        var hits = new VectorHit[k];
        return hits.AsSpan(0, Search(query, k, hits, options)).ToArray();
    }

    public int Search(ReadOnlySpan<float> query, int k, Span<VectorHit> results, SearchOptions? options = null) =>
        Search(query, k, results, options, out _);

    public int Search(ReadOnlySpan<float> query, int k, Span<VectorHit> results, SearchOptions? options, out SearchExplanation explanation)
    {
        lock (_lock)
        {
            var hits = new List<VectorHit>();
            foreach (var (id, vector) in _vectors)
                if (options?.Filter?.Passes(id) ?? true) hits.Add(new(id, Score(query, vector)));
            hits.Sort((a, b) => b.Score.CompareTo(a.Score));
            var count = Math.Min(k, hits.Count);
            for (var i = 0; i < count; i++) results[i] = hits[i];
            explanation = new(SearchPlan.Scan, hits.Count, 0, hits.Count);
            return count;
        }
    }

    public void Commit() => _ = Count;

    public void Snapshot() => _ = Count;

    public void Compact() => _ = Count;

    public void Dispose() { }

    private float Score(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => _options.Metric switch
    {
        Metric.Cosine => TensorPrimitives.CosineSimilarity(a, b),
        Metric.DotProduct => TensorPrimitives.Dot(a, b),
        _ => -MathF.Pow(TensorPrimitives.Distance(a, b), 2),
    };
}
