using System.Collections;

namespace Grpc.Core;

/// <summary>The headers or trailers of a call: an ordered list of text and binary entries, in which a key may occur often.</summary>
public sealed partial class Metadata : IList<Metadata.Entry>
{
    /// <summary>The end of the keys of binary entries.</summary>
    public const string BinaryHeaderSuffix = "-bin";

    /// <summary>No entries; cannot be changed.</summary>
    public static readonly Metadata Empty = new(isReadOnly: true);

    private readonly List<Entry> _entries = [];

    /// <summary>Makes an empty list.</summary>
    public Metadata()
    {
    }

    private Metadata(bool isReadOnly) => IsReadOnly = isReadOnly;

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public bool IsReadOnly { get; }

    /// <inheritdoc/>
    public Entry this[int index]
    {
        get => _entries[index];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Writable()[index] = value;
        }
    }

    /// <summary>The last entry with this key, in any case; null if there is none.</summary>
    public Entry? Get(string key) => _entries.FindLast(entry => IsKey(entry, key));

    /// <summary>The text of the last entry with this key; null if there is none.</summary>
    public string? GetValue(string key) => Get(key)?.Value;

    /// <summary>The bytes of the last entry with this key; null if there is none.</summary>
    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    /// <summary>Every entry with this key, in order.</summary>
    public IEnumerable<Entry> GetAll(string key) => _entries.Where(entry => IsKey(entry, key));

    /// <inheritdoc/>
    public void Add(Entry item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Writable().Add(item);
    }

    /// <summary>Adds a text entry.</summary>
    public void Add(string key, string value) => Add(new Entry(key, value));

    /// <summary>Adds a binary entry; its key ends in <see cref="BinaryHeaderSuffix"/>.</summary>
    public void Add(string key, byte[] valueBytes) => Add(new Entry(key, valueBytes));

    /// <inheritdoc/>
    public void Insert(int index, Entry item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Writable().Insert(index, item);
    }

    /// <inheritdoc/>
    public bool Remove(Entry item) => Writable().Remove(item);

    /// <inheritdoc/>
    public void RemoveAt(int index) => Writable().RemoveAt(index);

    /// <inheritdoc/>
    public void Clear() => Writable().Clear();

    /// <inheritdoc/>
    public int IndexOf(Entry item) => _entries.IndexOf(item);

    /// <inheritdoc/>
    public bool Contains(Entry item) => _entries.Contains(item);

    /// <inheritdoc/>
    public void CopyTo(Entry[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);

    /// <inheritdoc/>
    public IEnumerator<Entry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool IsKey(Entry entry, string key) => string.Equals(entry.Key, key, StringComparison.OrdinalIgnoreCase);

    private List<Entry> Writable() =>
        IsReadOnly ? throw new InvalidOperationException("Metadata.Empty cannot be changed: add to a new Metadata.") : _entries;
}
