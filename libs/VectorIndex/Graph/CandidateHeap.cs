namespace Millrace.VectorIndex.Graph;

/// <summary>Nodes to walk from, the nearest first, of any number. Entries are those of <see cref="Candidates"/>.</summary>
internal sealed class CandidateHeap
{
    private ulong[] _entries = new ulong[1_024];
    private int _count;

    /// <summary>Empties the heap.</summary>
    public void Clear() => _count = 0;

    /// <summary>Puts a node in.</summary>
    public void Add(float distance, int slot)
    {
        if (_count == _entries.Length) Array.Resize(ref _entries, _count * 2);
        var entry = Candidates.Entry(distance, slot);
        var at = _count++;
        for (int parent; at > 0 && _entries[parent = (at - 1) >> 1] > entry; at = parent) _entries[at] = _entries[parent];
        _entries[at] = entry;
    }

    /// <summary>Takes the nearest node.</summary>
    /// <returns>Whether there was one.</returns>
    public bool TryTake(out float distance, out int slot)
    {
        (distance, slot) = (0, 0);
        if (_count == 0) return false;
        var nearest = _entries[0];
        (distance, slot) = (Candidates.DistanceOf(nearest), Candidates.SlotOf(nearest));
        SiftDown(_entries[--_count]);
        return true;
    }

    private void SiftDown(ulong entry)
    {
        var at = 0;
        for (var child = 1; child < _count; child = (at << 1) + 1)
        {
            if (child + 1 < _count && _entries[child + 1] < _entries[child]) child++;
            if (_entries[child] >= entry) break;
            _entries[at] = _entries[child];
            at = child;
        }

        _entries[at] = entry;
    }
}
