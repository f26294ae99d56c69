using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Millrace.VectorIndex.Storage;

namespace Millrace.VectorIndex.Graph;

/// <summary>
/// The memory of a graph: nodes, what is known of their slots, vectors beside codes, and which id is where. Readers read it at any time;
/// one writer, or the threads of one batch, change it.
/// </summary>
internal sealed unsafe class NodeTable : IDisposable
{
    // Deleted nodes wait for a repair, and retired ones for readers, in slots beyond those that the vectors take.
    private const double SlotsPerElement = 1.6;
    private const int SlotsSpare = 1_024;

    private readonly List<int> _free = [];
    private long _entry;
    private int _end = RecordStore.FirstSlot;
    private int _deleted;
    private int _live;
    private long _upperBytes;
    private bool _disposed;

    public NodeTable(NodeLayout layout)
    {
        Layout = layout;
        SlotEnd = (int)Math.Min((layout.Options.MaxElements * SlotsPerElement) + SlotsSpare, Candidates.SlotMax);
        Nodes = new RecordStore(layout.Stride, SlotEnd);
        Infos = new RecordStore(sizeof(SlotInfo), SlotEnd);
        Floats = layout.IsCoded ? new RecordStore(layout.FloatLength * sizeof(float), SlotEnd) : null;
    }

    /// <summary>Frees what a forgotten table holds.</summary>
    ~NodeTable() => Free();

    /// <summary>What a record holds.</summary>
    public NodeLayout Layout { get; }

    /// <summary>Records of nodes.</summary>
    public RecordStore Nodes { get; }

    /// <summary>Records of <see cref="SlotInfo"/>.</summary>
    public RecordStore Infos { get; }

    /// <summary>Records of float32 vectors, where nodes have codes.</summary>
    public RecordStore? Floats { get; }

    /// <summary>The snapshot that some of the records lie in; null when none do.</summary>
    public IDisposable? Mapping { get; set; }

    /// <summary>The slot of each id that can be found.</summary>
    public ConcurrentDictionary<long, int> Slots { get; } = new(concurrencyLevel: 1, capacity: 31);

    /// <summary>The slot after the last that there may be.</summary>
    public int SlotEnd { get; }

    /// <summary>The slot after the last that was ever used.</summary>
    public int End
    {
        get => Volatile.Read(ref _end);
        set => Volatile.Write(ref _end, value);
    }

    /// <summary>Where walks begin.</summary>
    public EntryPoint Entry
    {
        get => EntryPoint.From(Volatile.Read(ref _entry));
        set => Volatile.Write(ref _entry, value.Packed);
    }

    /// <summary>Deleted nodes to which links still lead.</summary>
    public int Deleted
    {
        get => Volatile.Read(ref _deleted);
        set => Volatile.Write(ref _deleted, value);
    }

    /// <summary>Bytes outside the managed heap.</summary>
    public long Bytes => Nodes.Bytes + Infos.Bytes + (Floats?.Bytes ?? 0) + Interlocked.Read(ref _upperBytes);

    /// <summary>What is known of a slot.</summary>
    public SlotInfo* Info(int slot) => (SlotInfo*)Infos[slot];

    /// <summary>Whether a slot has a node that can be found.</summary>
    public bool IsLive(int slot) => Volatile.Read(ref Info(slot)->State) == (byte)SlotState.Live;

    /// <summary>The links of a node that is on this level.</summary>
    public int* Links(int slot, int level) =>
        level == 0 ? (int*)Nodes[slot] : Info(slot)->Upper + ((level - 1) * Layout.UpperLinks);

    /// <summary>The vector in the form in which the graph is walked: what <see cref="Distance.ISpace"/> takes as a query.</summary>
    public byte* Query(int slot) => Nodes[slot] + Layout.VectorOffset;

    /// <summary>The float32 vector.</summary>
    public float* Vector(int slot) => (float*)(Floats is null ? Query(slot) : Floats[slot]);

    /// <summary>Ids that can be found.</summary>
    public int Live => Volatile.Read(ref _live);

    /// <summary>Says where an id is from now on; from any thread. The node at which it was until now is deleted.</summary>
    public void Publish(long id, int slot)
    {
        var wasThere = Slots.TryGetValue(id, out var old);
        Slots[id] = slot;
        if (wasThere) MarkDeleted(old);
        else Interlocked.Increment(ref _live);
    }

    /// <summary>Forgets an id.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Forget(long id)
    {
        if (!Slots.TryRemove(id, out var slot)) return false;
        Interlocked.Decrement(ref _live);
        MarkDeleted(slot);
        return true;
    }

    /// <summary>Whether so many slots can be taken.</summary>
    public bool HasRoom(int count) => SlotEnd - End + _free.Count >= count;

    /// <summary>Takes a slot that nobody reads, of which there must be one. Its node is empty and not yet live.</summary>
    public int Take(long id, int level)
    {
        var slot = NextFree();
        new Span<byte>(Nodes[slot], Layout.Stride).Clear();
        *Info(slot) = new SlotInfo { Id = id, Level = (byte)level, Upper = NewUpper(level) };
        return slot;
    }

    private void MarkDeleted(int slot)
    {
        Volatile.Write(ref Info(slot)->State, (byte)SlotState.Deleted);
        Interlocked.Increment(ref _deleted);
    }

    private int NextFree()
    {
        if (_free.Count == 0)
        {
            GrowTo(End + 1);
            return End - 1;
        }

        var slot = _free[^1];
        _free.RemoveAt(_free.Count - 1);
        return slot;
    }

    /// <summary>Makes room for all slots before <paramref name="end"/>, and has them known.</summary>
    public void GrowTo(int end)
    {
        Nodes.Grow(end);
        Infos.Grow(end);
        Floats?.Grow(end);
        for (var slot = End; slot < end; slot++) *Info(slot) = default;
        End = end;
    }

    /// <summary>Makes a slot what it was when a snapshot was written; its node is read beside.</summary>
    public void Restore(int slot, SlotRecord record)
    {
        var (id, norm, level, state, _) = record;
        *Info(slot) = new SlotInfo { Id = id, Norm = norm, Level = level, State = state, Upper = NewUpper(level) };
        if (state == (byte)SlotState.Free) _free.Add(slot);
        else if (state == (byte)SlotState.Deleted) _deleted++;
        else if (Slots.TryAdd(id, slot)) _live++;
    }

    /// <summary>Gives a slot back that nobody reads any more. What it held is wiped, so that no snapshot keeps it.</summary>
    public void Give(int slot)
    {
        new Span<byte>(Nodes[slot], Layout.Stride).Clear();
        new Span<float>(Vector(slot), Layout.FloatLength).Clear();
        var info = Info(slot);
        if (info->Upper is not null) Interlocked.Add(ref _upperBytes, -UpperBytes(info->Level));
        NativeMemory.Free(info->Upper);
        *info = default;
        _free.Add(slot);
    }

    /// <summary>Room, all zero, for the links of a node on the levels from 1 on.</summary>
    public int* NewUpper(int level)
    {
        if (level == 0) return null;
        Interlocked.Add(ref _upperBytes, UpperBytes(level));
        return (int*)NativeMemory.AllocZeroed((nuint)UpperBytes(level));
    }

    /// <summary>Bytes of links on the levels from 1 to this one.</summary>
    public int UpperBytes(int level) => level * Layout.UpperLinks * sizeof(int);

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        Mapping?.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_disposed) return;
        _disposed = true;
        for (var slot = RecordStore.FirstSlot; slot < End; slot++) NativeMemory.Free(Info(slot)->Upper);
        Nodes.Dispose();
        Infos.Dispose();
        Floats?.Dispose();
    }
}
