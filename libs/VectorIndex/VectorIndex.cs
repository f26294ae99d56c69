using Millrace.VectorIndex.Graph;
using Millrace.VectorIndex.Storage;

namespace Millrace.VectorIndex;

/// <summary>
/// Vectors by id, and the nearest of them to a query. Any number of threads search while one writes; a search waits for nobody, and begins
/// with all that was written before it. Writes from many threads take turns.
/// </summary>
/// <remarks>
/// A vector that is NaN, infinite or, for the cosine, zero is refused with an <see cref="ArgumentException"/>; what the disk or the limits
/// forbid, with a <see cref="VectorIndexException"/>. Either way nothing of the call's data is stored, but for what is said at
/// <see cref="UpsertBatch"/>.
/// </remarks>
public sealed class VectorIndex : IDisposable, IAsyncDisposable
{
    private static readonly SearchOptions DefaultSearch = new();

    private readonly VectorIndexOptions _options;
    private readonly IEngine _engine;
    private readonly IndexStore? _store;
    private readonly Lock _writing = new();
    private bool _disposed;

    private VectorIndex(VectorIndexOptions options, string? folder)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ThrowIfFaulty();
        _options = options;
        _engine = Engine.Create(options);
        try
        {
            if (folder is not null) _store = new IndexStore(folder, options, _engine);
        }
        catch
        {
            _engine.Dispose();
            throw;
        }
    }

    /// <summary>Vectors that can be found.</summary>
    public int Count => _engine.Table.Live;

    /// <summary>The ids that can be found. What is written while they are read may or may not be among them.</summary>
    public IEnumerable<long> Ids => _engine.Table.Slots.Select(entry => entry.Key);

    /// <summary>The options.</summary>
    public VectorIndexOptions Options => _options;

    /// <summary>What there is and what was done.</summary>
    public IndexStatistics Statistics => new()
    {
        Elements = Count,
        Deleted = _engine.Table.Deleted,
        Levels = _engine.Table.Entry is { IsNone: false } entry ? entry.Level + 1 : 0,
        MemoryBytes = _engine.Table.Bytes,
        LogBytes = _store?.LogBytes ?? 0,
        SnapshotBytes = _store?.SnapshotBytes ?? 0,
        Searches = _engine.Plans.Read(),
        Repairs = _store?.Repairs ?? [],
    };

    /// <summary>Makes an index that is gone with the process.</summary>
    /// <exception cref="ArgumentException">Options are out of range; the message has all that are.</exception>
    public static VectorIndex CreateInMemory(VectorIndexOptions options) => new(options, null);

    /// <summary>Opens the index in a folder; makes both when they are missing. One opening at a time.</summary>
    /// <exception cref="ArgumentException">Options are out of range; the message has all that are.</exception>
    /// <exception cref="VectorIndexException">Files are damaged, of an index with other options, or in use.</exception>
    public static VectorIndex Open(string folder, VectorIndexOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        return new(options, folder);
    }

    /// <summary>Stores a vector, in place of the one that the id has.</summary>
    public void Upsert(long id, ReadOnlySpan<float> vector) => UpsertBatch([id], vector);

    /// <summary>
    /// Stores vectors with <see cref="VectorIndexOptions.BuildThreads"/> threads. All are checked before the first is stored. Should the
    /// disk fail, or the process end, halfway, each run of 1,024 from the first on is stored whole or not at all.
    /// </summary>
    /// <param name="ids">The ids; of one that is there twice the last vector counts.</param>
    /// <param name="vectors">Their vectors, one after another.</param>
    public void UpsertBatch(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors)
    {
        Inputs.CheckBatch(ids, vectors, _options);
        lock (_writing)
        {
            ThrowIfDisposed();
            Inputs.CheckRoom(ids, _engine.Table, _options);
            for (var first = 0; first < ids.Length; first += LogRecord.IdsMax)
            {
                var count = Math.Min(LogRecord.IdsMax, ids.Length - first);
                Put(ids.Slice(first, count), vectors.Slice(first * _options.Dimension, count * _options.Dimension));
            }
        }

        if (_options.FsyncOnWrite) _store?.Sync();
    }

    /// <summary>Forgets an id.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Delete(long id) => DeleteBatch([id]) == 1;

    /// <summary>Forgets ids.</summary>
    /// <returns>How many were there.</returns>
    public int DeleteBatch(ReadOnlySpan<long> ids)
    {
        var count = 0;
        lock (_writing)
        {
            ThrowIfDisposed();
            for (var first = 0; first < ids.Length; first += LogRecord.IdsMax)
                count += Remove(ids.Slice(first, Math.Min(LogRecord.IdsMax, ids.Length - first)));
        }

        if (_options.FsyncOnWrite) _store?.Sync();
        return count;
    }

    /// <summary>Whether an id can be found.</summary>
    public bool Contains(long id) => _engine.Table.Slots.ContainsKey(id);

    /// <summary>Reads a vector. For the cosine it is as near to what was stored as unit length and back allow.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="vector">Takes it; of the index's dimension.</param>
    /// <returns>Whether the id is there.</returns>
    public bool TryGet(long id, Span<float> vector)
    {
        Inputs.CheckDimension(vector.Length, _options);
        return _engine.TryGet(id, vector);
    }

    /// <summary>Finds the nearest vectors.</summary>
    /// <param name="query">The query; of the index's dimension.</param>
    /// <param name="k">How many to find, at least 1.</param>
    /// <param name="options">How, when not as usual.</param>
    /// <returns>The nearest first; fewer than k when no more can be found.</returns>
    public IReadOnlyList<VectorHit> Search(ReadOnlySpan<float> query, int k, SearchOptions? options = null)
    {
        var hits = new VectorHit[Math.Min(Math.Max(k, 0), Count)];
        var count = Search(query, k, hits, options);
        return count == hits.Length ? hits : hits[..count];
    }

    /// <summary>Finds the nearest vectors without allocating anything.</summary>
    /// <param name="query">The query; of the index's dimension.</param>
    /// <param name="k">How many to find, at least 1.</param>
    /// <param name="results">Takes the nearest first; where there is less room than k, as many as there is room for.</param>
    /// <param name="options">How, when not as usual.</param>
    /// <returns>How many were found.</returns>
    public int Search(ReadOnlySpan<float> query, int k, Span<VectorHit> results, SearchOptions? options = null) =>
        Search(query, k, results, options, out _);

    /// <param name="query">The query; of the index's dimension.</param>
    /// <param name="k">How many to find, at least 1.</param>
    /// <param name="results">Takes the nearest first; where there is less room than k, as many as there is room for.</param>
    /// <param name="options">How, when not as usual.</param>
    /// <param name="explanation">Says how the search was done.</param>
    /// <inheritdoc cref="Search(ReadOnlySpan{float}, int, Span{VectorHit}, SearchOptions?)"/>
    public int Search(
        ReadOnlySpan<float> query, int k, Span<VectorHit> results, SearchOptions? options, out SearchExplanation explanation)
    {
        options ??= DefaultSearch;
        Inputs.CheckQuery(query, k, options, _options);
        return _engine.Search(new SearchRequest(query, Math.Min(k, Math.Max(1, Count)), options), results, out explanation);
    }

    /// <summary>Waits until the disk has all writes that returned before, so that they survive the loss of power as well.</summary>
    public void Commit()
    {
        lock (_writing) ThrowIfDisposed();
        _store?.Sync();
    }

    /// <summary>Writes all to a snapshot, from which the next opening is fast. Writes wait meanwhile, searches do not.</summary>
    public void Snapshot()
    {
        lock (_writing)
        {
            ThrowIfDisposed();
            _store?.TakeSnapshot(_engine.Table);
        }
    }

    /// <summary>
    /// Takes deleted nodes out of the graph now, wipes what they held from memory, and takes a snapshot, after which no file has it either.
    /// </summary>
    public void Compact()
    {
        lock (_writing)
        {
            ThrowIfDisposed();
            _engine.Repair();
            _engine.WaitForReaders();
            _engine.Repair();
            _store?.TakeSnapshot(_engine.Table);
        }
    }

    /// <summary>Ends searches and writes, takes a snapshot if there is need of one, and gives the memory back.</summary>
    public void Dispose()
    {
        lock (_writing)
        {
            if (_disposed) return;
            _disposed = true;
            SnapshotLast();
            _store?.Dispose();
            _engine.Dispose();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(Task.Run(Dispose));

    private void Put(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors)
    {
        if (Inputs.LastOfEach(ids, vectors, _options.Dimension) is { } last)
        {
            ids = last.Ids;
            vectors = last.Vectors;
        }

        _store?.Append(new(ids, vectors));
        _engine.Put(ids, vectors);
        SnapshotIfDue();
    }

    private int Remove(ReadOnlySpan<long> ids)
    {
        _store?.Append(new(ids, []));
        var count = _engine.Remove(ids);
        SnapshotIfDue();
        return count;
    }

    private void SnapshotIfDue()
    {
        if (_store is { IsSnapshotDue: true }) _store.TakeSnapshot(_engine.Table);
    }

    private void SnapshotLast()
    {
        if (_store is null || !_options.SnapshotOnClose || _store.LogBytes == 0) return;
        try
        {
            _store.TakeSnapshot(_engine.Table);
        }
        catch (VectorIndexException)
        {
            // The log has everything; the next opening only takes longer.
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, this);
}
