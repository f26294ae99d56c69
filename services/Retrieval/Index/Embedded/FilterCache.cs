using Millrace.VectorIndex.Filtering;

namespace Millrace.Retrieval.Index.Embedded;

/// <summary>The chunks that the last filters allow, until a document changes. The filter not used for longest makes room.</summary>
/// <param name="countMax">Most filters.</param>
internal sealed class FilterCache(int countMax)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, IdSet Allowed)>> _byKey = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, IdSet Allowed)> _latestFirst = [];
    private long _version;

    /// <summary>The chunks that a filter allows.</summary>
    /// <param name="key">Key of the filter.</param>
    /// <param name="version">Version of the documents; anything of another version is forgotten.</param>
    /// <param name="find">Finds them.</param>
    public IdSet GetOrAdd(string key, long version, Func<IdSet> find)
    {
        lock (_lock)
        {
            if (_version == version && _byKey.TryGetValue(key, out var known))
            {
                _latestFirst.Remove(known);
                _latestFirst.AddFirst(known);
                return known.Value.Allowed;
            }
        }

        var allowed = find();
        lock (_lock) Remember(key, version, allowed);
        return allowed;
    }

    private void Remember(string key, long version, IdSet allowed)
    {
        if (version < _version) return;
        if (version > _version) Forget(version);
        if (_byKey.ContainsKey(key)) return;
        if (_byKey.Count == countMax && _latestFirst.Last is { } oldest)
        {
            _byKey.Remove(oldest.Value.Key);
            _latestFirst.RemoveLast();
        }

        _byKey.Add(key, _latestFirst.AddFirst((key, allowed)));
    }

    private void Forget(long version)
    {
        _byKey.Clear();
        _latestFirst.Clear();
        _version = version;
    }
}
