using System.Runtime.CompilerServices;

namespace Millrace.VectorIndex.Graph;

/// <summary>
/// The nearest nodes so far, nearest first, and which of them were walked from. A distance and a slot make one number in the order
/// of the distances, so that the list is one array, kept in order by moving its tail. For the few hundred entries of a walk that is faster
/// than a heap.
/// </summary>
internal sealed unsafe class Candidates
{
    /// <summary>The largest slot that fits beside a mark.</summary>
    public const int SlotMax = int.MaxValue >> 1;

    private const ulong Walked = 1;

    private ulong[] _entries = GC.AllocateUninitializedArray<ulong>(256, pinned: true);
    private int _limit;
    private int _next;

    /// <summary>Entries.</summary>
    public int Count { get; private set; }

    /// <summary>The distance that something must be below to be kept.</summary>
    public float Bound { get; private set; } = float.PositiveInfinity;

    /// <summary>Empties the list.</summary>
    /// <param name="limit">Most entries from now on.</param>
    public void Clear(int limit)
    {
        if (limit > _entries.Length) _entries = GC.AllocateUninitializedArray<ulong>(limit * 2, pinned: true);
        _limit = limit;
        _next = 0;
        Count = 0;
        Bound = float.PositiveInfinity;
    }

    /// <summary>The slot of the entry at a place.</summary>
    public int SlotAt(int index) => SlotOf(_entries[index]);

    /// <summary>The distance of the entry at a place.</summary>
    public float DistanceAt(int index) => DistanceOf(_entries[index]);

    /// <summary>Keeps a node, if it is nearer than the furthest or there is room. Its distance must be below <see cref="Bound"/>.</summary>
    public void Add(float distance, int slot)
    {
        var entry = Entry(distance, slot);
        fixed (ulong* entries = _entries)
        {
            var place = Place(entries, Count, entry);
            var moved = (Count < _limit ? Count++ : Count - 1) - place;
            Buffer.MemoryCopy(entries + place, entries + place + 1, moved * sizeof(ulong), moved * sizeof(ulong));
            entries[place] = entry;
            if (place < _next) _next = place;
            if (Count == _limit) Bound = DistanceOf(entries[Count - 1]);
        }
    }

    /// <summary>Takes the nearest node that was not walked from; 0 when there is none.</summary>
    public int TakeNext()
    {
        var entries = _entries;
        while (_next < Count)
        {
            var entry = entries[_next];
            if ((entry & Walked) == 0)
            {
                entries[_next++] = entry | Walked;
                return SlotOf(entry);
            }

            _next++;
        }

        return 0;
    }

    /// <summary>The node that would be taken next; 0 when none is known.</summary>
    public int PeekNext() => _next < Count ? SlotOf(_entries[_next]) : 0;

    /// <summary>A distance and a slot in one number, in the order of the distances.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Entry(float distance, int slot)
    {
        var bits = BitConverter.SingleToInt32Bits(distance);
        return ((ulong)(uint)(bits ^ ((bits >> 31) | int.MinValue)) << 32) | ((uint)slot << 1);
    }

    /// <summary>The distance of an entry.</summary>
    public static float DistanceOf(ulong entry)
    {
        var bits = (int)(entry >> 32);
        return BitConverter.Int32BitsToSingle(bits ^ ((~bits >> 31) | int.MinValue));
    }

    /// <summary>The slot of an entry.</summary>
    public static int SlotOf(ulong entry) => (int)((uint)entry >> 1);

    private static int Place(ulong* entries, int count, ulong entry)
    {
        var (low, size) = (0, count);
        while (size > 0)
        {
            var half = size >> 1;
            var isAfter = entries[low + half] < entry;
            low = isAfter ? low + half + 1 : low;
            size = isAfter ? size - half - 1 : half;
        }

        return low;
    }
}
