using Millrace.Retrieval.Filtering;
using Millrace.VectorIndex.Filtering;

namespace Millrace.Retrieval.Index.Embedded;

/// <summary>
/// The documents of an index and their chunks, in memory: a filter is asked once for a document, and not for each of its chunks. Where no
/// document has a label and no filter is given, nothing is asked at all.
/// </summary>
/// <param name="filtersMax">Most filters to remember.</param>
internal sealed class DocumentTable(int filtersMax) : IDisposable
{
    private readonly ReaderWriterLockSlim _lock = new();
    private readonly Dictionary<long, Entry> _documents = [];
    private readonly Dictionary<long, long> _documentOfChunk = [];
    private readonly FilterCache _allowed = new(filtersMax);
    private int _labelledCount;
    private long _version = 1;

    /// <summary>All chunks.</summary>
    public long[] Chunks() => Reading(() => _documentOfChunk.Keys.ToArray());

    /// <summary>Number of chunks.</summary>
    public int ChunkCount => Reading(() => _documentOfChunk.Count);

    /// <summary>Whether a document is there.</summary>
    public bool Contains(long document) => Reading(() => _documents.ContainsKey(document));

    /// <summary>Adds chunks to a document, and takes over what is said of it.</summary>
    public void Put(DocumentAttributes attributes, IEnumerable<long> chunks) => Writing(() =>
    {
        var entry = Describe(attributes) ?? Add(attributes);
        foreach (var chunk in chunks)
        {
            if (_documentOfChunk.TryAdd(chunk, attributes.Document)) entry.Chunks.Add(chunk);
        }
    });

    /// <summary>Takes over what is said of a document, if it is there.</summary>
    public void SetAttributes(DocumentAttributes attributes) => Writing(() => Describe(attributes));

    /// <summary>Removes chunks, and the documents of which none is left.</summary>
    /// <returns>These documents.</returns>
    public IReadOnlyList<long> Remove(IEnumerable<long> chunks)
    {
        List<long> emptied = [];
        Writing(() =>
        {
            foreach (var chunk in chunks)
            {
                if (!_documentOfChunk.Remove(chunk, out var document)) continue;
                var entry = _documents[document];
                entry.Chunks.Remove(chunk);
                if (entry.Chunks.Count > 0) continue;
                Count(entry.Attributes, -1);
                _documents.Remove(document);
                emptied.Add(document);
            }
        });
        return emptied;
    }

    /// <summary>The chunks of the documents that a filter allows; null for all.</summary>
    public IdSet? Allowed(DocumentFilter filter) => Reading(() => filter.Filter is null && _labelledCount == 0
        ? null
        : _allowed.GetOrAdd(FilterKey.Of(filter), _version, () => Find(filter)));

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private IdSet Find(DocumentFilter filter) =>
        IdSet.Of(_documents.Values.Where(entry => filter.Allows(entry.Attributes)).SelectMany(entry => entry.Chunks));

    private Entry Add(DocumentAttributes attributes)
    {
        var entry = new Entry { Attributes = attributes };
        _documents.Add(attributes.Document, entry);
        Count(attributes, 1);
        return entry;
    }

    private Entry? Describe(DocumentAttributes attributes)
    {
        if (!_documents.TryGetValue(attributes.Document, out var entry)) return null;
        Count(entry.Attributes, -1);
        Count(attributes, 1);
        entry.Attributes = attributes;
        return entry;
    }

    private void Count(DocumentAttributes attributes, int by) => _labelledCount += attributes.AccessLabels.Count > 0 ? by : 0;

    private T Reading<T>(Func<T> read)
    {
        _lock.EnterReadLock();
        try
        {
            return read();
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }

    private void Writing(Action write)
    {
        _lock.EnterWriteLock();
        try
        {
            write();
            _version++;
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    private sealed class Entry
    {
        public required DocumentAttributes Attributes { get; set; }

        public HashSet<long> Chunks { get; } = [];
    }
}
