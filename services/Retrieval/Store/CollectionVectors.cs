using System.Numerics.Tensors;
using Millrace.Retrieval.Index;

namespace Millrace.Retrieval.Store;

/// <summary>The vectors of one collection, one behind the other in one array, searched exactly.</summary>
internal sealed class CollectionVectors : IDisposable
{
    private readonly ReaderWriterLockSlim _lock = new();
    private readonly List<(long Chunk, long Document)> _rows = [];
    private float[] _values = [];
    private bool _isLoaded;

    /// <summary>Length of each vector; 0 while there are none.</summary>
    public int Dimension { get; private set; }

    /// <summary>Runs <paramref name="load"/> once. Changes wait meanwhile, and so none is missed.</summary>
    public void EnsureLoaded(Action<CollectionVectors> load)
    {
        if (Volatile.Read(ref _isLoaded)) return;
        _lock.EnterWriteLock();
        try
        {
            if (_isLoaded) return;
            _rows.Clear();
            load(this);
            Volatile.Write(ref _isLoaded, true);
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    /// <summary>Adds a vector while loading.</summary>
    public void Add(long document, long chunk, ReadOnlySpan<float> vector)
    {
        if (_rows.Count == 0) Dimension = vector.Length;
        if (vector.Length != Dimension)
            throw new InvalidOperationException($"A vector of length {vector.Length} is among vectors of length {Dimension}.");
        var start = _rows.Count * Dimension;
        if (_values.Length < start + Dimension) Array.Resize(ref _values, Math.Max(start + Dimension, _values.Length * 2));
        vector.CopyTo(_values.AsSpan(start));
        _rows.Add((chunk, document));
    }

    /// <summary>Replaces the vectors of a document; does nothing before the collection was loaded.</summary>
    public void Replace(long document, IReadOnlyList<long> chunks, IReadOnlyList<ReadOnlyMemory<float>> vectors)
    {
        _lock.EnterWriteLock();
        try
        {
            if (!_isLoaded) return;
            RemoveAll(document);
            for (var i = 0; i < chunks.Count; i++) Add(document, chunks[i], vectors[i].Span);
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    /// <summary>The nearest chunks, best first.</summary>
    /// <param name="query">A vector of length 1 with <see cref="Dimension"/> values.</param>
    /// <param name="countMax">Most chunks to return.</param>
    public IReadOnlyList<ScoredChunk> Nearest(ReadOnlySpan<float> query, int countMax)
    {
        _lock.EnterReadLock();
        try
        {
            var best = new PriorityQueue<long, float>(countMax + 1);
            for (var i = 0; i < _rows.Count; i++)
            {
                var score = TensorPrimitives.Dot(query, _values.AsSpan(i * Dimension, Dimension));
                if (best.Count < countMax) best.Enqueue(_rows[i].Chunk, score);
                else best.EnqueueDequeue(_rows[i].Chunk, score);
            }

            return Descending(best);
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static ScoredChunk[] Descending(PriorityQueue<long, float> worstFirst)
    {
        var result = new ScoredChunk[worstFirst.Count];
        for (var i = result.Length - 1; worstFirst.TryDequeue(out var chunk, out var score); i--) result[i] = new ScoredChunk(chunk, score);
        return result;
    }

    private void RemoveAll(long document)
    {
        var kept = 0;
        for (var i = 0; i < _rows.Count; i++)
        {
            if (_rows[i].Document == document) continue;
            if (kept < i) _values.AsSpan(i * Dimension, Dimension).CopyTo(_values.AsSpan(kept * Dimension));
            _rows[kept++] = _rows[i];
        }

        _rows.RemoveRange(kept, _rows.Count - kept);
    }
}
