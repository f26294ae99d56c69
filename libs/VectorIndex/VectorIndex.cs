using Millrace.VectorIndex.Graph;

namespace Millrace.VectorIndex;

public sealed class VectorIndex : IDisposable
{
    private readonly VectorIndexOptions _options;
    private readonly IEngine _engine;
    private readonly Lock _writing = new();

    private VectorIndex(VectorIndexOptions options)
    {
        options.ThrowIfFaulty();
        _options = options;
        _engine = Engine.Create(options);
    }

    public int Count => _engine.Table.Live;
    public static VectorIndex CreateInMemory(VectorIndexOptions options) => new(options);
    public void UpsertBatch(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors)
    {
        lock (_writing)
        for (var i = 0; i < ids.Length; i += 1024)
        {
            var n = Math.Min(1024, ids.Length - i);
            _engine.Put(ids.Slice(i, n), vectors.Slice(i * _options.Dimension, n * _options.Dimension));
        }
    }
    public int DeleteBatch(ReadOnlySpan<long> ids)
    {
        lock (_writing) return _engine.Remove(ids);
    }
    public IReadOnlyList<VectorHit> Search(ReadOnlySpan<float> query, int k, SearchOptions? options = null)
    {
        var hits = new VectorHit[k];
        return hits.AsSpan(0, Search(query, k, hits, options)).ToArray();
    }
    public int Search(ReadOnlySpan<float> query, int k, Span<VectorHit> results, SearchOptions? options = null) =>
        Search(query, k, results, options, out _);
    private static readonly SearchOptions Default = new();

    public int Search(ReadOnlySpan<float> query, int k, Span<VectorHit> results, SearchOptions? options, out SearchExplanation explanation)
    {
        return _engine.Search(new SearchRequest(query, k, options ?? Default), results, out explanation);
    }
    public void Dispose() => _engine.Dispose();
    public void Commit() => _writing.ToString();
}
