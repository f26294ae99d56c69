using System.Numerics;

namespace Millrace.VectorIndex.Filtering;

/// <summary>
/// A fixed set of ids. Ids that share all but their lowest 16 bits are kept together: few as a sorted list of two bytes each, many as a
/// bitmap of 8 KiB. Ids that are numbered densely so take at most two bytes each, and asking for one takes nanoseconds.
/// </summary>
public sealed class IdSet : IVectorFilter
{
    private const int GroupBits = 16;
    private const int ListMax = 4_096;
    private const int Words = 1 << (GroupBits - 6);

    private readonly Dictionary<long, Group> _groups = [];

    private IdSet(long count) => Count = count;

    /// <summary>The empty set.</summary>
    public static IdSet Empty { get; } = new(0);

    /// <summary>Ids in the set.</summary>
    public long Count { get; }

    /// <inheritdoc/>
    public long? Cardinality => Count;

    /// <inheritdoc/>
    public IEnumerable<long> Ids => _groups.SelectMany(entry => entry.Value.Members().Select(low => (entry.Key << GroupBits) + low));

    /// <summary>A set of these ids; an id that is there twice counts once.</summary>
    public static IdSet Of(params ReadOnlySpan<long> ids)
    {
        var sorted = ids.ToArray();
        Array.Sort(sorted);
        return FromSorted(sorted.AsSpan(0, WithoutRepeats(sorted)));
    }

    /// <summary>A set of these ids; an id that is there twice counts once.</summary>
    public static IdSet Of(IEnumerable<long> ids) => Of(ids.ToArray().AsSpan());

    /// <inheritdoc/>
    public bool Passes(long id) => _groups.TryGetValue(id >> GroupBits, out var group) && group.Has((ushort)id);

    private static int WithoutRepeats(Span<long> sorted)
    {
        var count = 0;
        foreach (var id in sorted)
            if (count == 0 || sorted[count - 1] != id) sorted[count++] = id;
        return count;
    }

    private static IdSet FromSorted(ReadOnlySpan<long> ids)
    {
        var set = new IdSet(ids.Length);
        for (var start = 0; start < ids.Length;)
        {
            var key = ids[start] >> GroupBits;
            var end = start + 1;
            while (end < ids.Length && ids[end] >> GroupBits == key) end++;
            set._groups.Add(key, Group.Of(ids[start..end]));
            start = end;
        }

        return set;
    }

    /// <summary>Ids with the same upper bits: a sorted list, or a bitmap.</summary>
    private sealed class Group(ushort[]? list, ulong[]? bits)
    {
        public static Group Of(ReadOnlySpan<long> ids) => ids.Length <= ListMax ? new(List(ids), null) : new(null, Bits(ids));

        public bool Has(ushort low) =>
            bits is not null ? (bits[low >> 6] >> low & 1) != 0 : Array.BinarySearch(list!, low) >= 0;

        public IEnumerable<int> Members() => list is not null ? list.Select(low => (int)low) : BitsSet(bits!);

        private static IEnumerable<int> BitsSet(ulong[] bits)
        {
            for (var word = 0; word < bits.Length; word++)
                for (var rest = bits[word]; rest != 0; rest &= rest - 1)
                    yield return (word << 6) + BitOperations.TrailingZeroCount(rest);
        }

        private static ushort[] List(ReadOnlySpan<long> ids)
        {
            var list = new ushort[ids.Length];
            for (var i = 0; i < list.Length; i++) list[i] = (ushort)ids[i];
            return list;
        }

        private static ulong[] Bits(ReadOnlySpan<long> ids)
        {
            var bits = new ulong[Words];
            foreach (var id in ids) bits[(ushort)id >> 6] |= 1UL << (ushort)id;
            return bits;
        }
    }
}
