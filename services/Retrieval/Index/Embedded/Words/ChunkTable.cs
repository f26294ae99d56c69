namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>
/// The chunks of a word index. Each has an ordinal, given as they come and never again; a chunk that is put anew has a new one. One writer;
/// who reads holds the index's lock.
/// </summary>
internal sealed class ChunkTable
{
    private readonly Dictionary<long, int> _ordinals = [];
    private long[] _chunks = [];
    private int[] _lengths = [];
    private int[] _starts = [];
    private ulong[] _removed = [];

    /// <summary>Ordinals that were given.</summary>
    public int OrdinalCount { get; private set; }

    /// <summary>Chunks that are there.</summary>
    public int Count => _ordinals.Count;

    /// <summary>Words of all chunks that are there.</summary>
    public long Words { get; private set; }

    /// <summary>Words of each chunk, by ordinal; there may be more behind the last.</summary>
    public int[] Lengths => _lengths;

    /// <summary>Whether more than a quarter of the ordinals is of chunks that were removed.</summary>
    public bool IsWasteful => (OrdinalCount - Count) * 4L > OrdinalCount;

    /// <summary>Bytes, without what the runtime adds to each object.</summary>
    public long Bytes => (_chunks.Length * 16L) + (_removed.Length * 8L) + (_ordinals.Capacity * 28L);

    /// <summary>The chunk of an ordinal.</summary>
    public long this[int ordinal] => _chunks[ordinal];

    /// <summary>Where its words are.</summary>
    public int StartOf(int ordinal) => _starts[ordinal];

    /// <summary>Whether a chunk was removed.</summary>
    public bool IsRemoved(int ordinal) => (_removed[ordinal >> 6] >> ordinal & 1) != 0;

    /// <summary>Makes room.</summary>
    public void Reserve(int count)
    {
        Array.Resize(ref _chunks, count);
        Array.Resize(ref _lengths, count);
        Array.Resize(ref _starts, count);
        Array.Resize(ref _removed, (count + 63) / 64);
        _ordinals.EnsureCapacity(count);
    }

    /// <summary>Adds a chunk that is not there.</summary>
    /// <returns>Its ordinal.</returns>
    public int Add(long chunk, int length, int start)
    {
        if (OrdinalCount == _chunks.Length) Reserve(Math.Max(16, OrdinalCount + (OrdinalCount / 2)));
        var ordinal = OrdinalCount++;
        _ordinals.Add(chunk, ordinal);
        (_chunks[ordinal], _lengths[ordinal], _starts[ordinal]) = (chunk, length, start);
        Words += length;
        return ordinal;
    }

    /// <summary>Removes a chunk, if it is there.</summary>
    public bool TryRemove(long chunk, out int ordinal)
    {
        if (!_ordinals.Remove(chunk, out ordinal)) return false;
        _removed[ordinal >> 6] |= 1UL << ordinal;
        Words -= _lengths[ordinal];
        return true;
    }
}
