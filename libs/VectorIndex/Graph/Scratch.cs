using System.Runtime.InteropServices;
using Millrace.VectorIndex.Storage;

namespace Millrace.VectorIndex.Graph;

/// <summary>
/// What one walk needs at a time: which slots it has seen, what it found, and room for a query. Kept and used again, so that a search
/// allocates nothing. While it is in use, its epoch keeps what a walk may stand on from being used for something else.
/// </summary>
internal sealed unsafe class Scratch
{
    private const int Line = 64;

    private readonly byte* _buffers;
    private byte[] _seen = [];
    private byte _mark = byte.MaxValue;

    /// <summary>Allocates for graphs of one layout.</summary>
    public Scratch(NodeLayout layout)
    {
        var floats = RoundUp(layout.FloatLength * sizeof(float));
        var batch = RoundUp(layout.Links * sizeof(int));
        _buffers = (byte*)NativeMemory.AlignedAlloc((nuint)(floats + RoundUp(layout.VectorBytes) + (4 * batch)), Line);
        Floats = (float*)_buffers;
        Codes = (sbyte*)(_buffers + floats);
        BatchSlots = (int*)((byte*)Codes + RoundUp(layout.VectorBytes));
        BatchDistances = (float*)((byte*)BatchSlots + batch);
        BatchRecords = (byte**)((byte*)BatchDistances + batch);
        Pruned = new Selection(layout.Links + 1);
        Selected = new Selection[MaxLevels];
        for (var level = 0; level < MaxLevels; level++) Selected[level] = new Selection(layout.Links + 1);
    }

    /// <summary>Frees the buffers.</summary>
    ~Scratch() => NativeMemory.AlignedFree(_buffers);

    /// <summary>Levels of a graph at most.</summary>
    public const int MaxLevels = 16;

    /// <summary>The query as padded float32.</summary>
    public float* Floats { get; }

    /// <summary>The query as codes.</summary>
    public sbyte* Codes { get; }

    /// <summary>Slots of nodes to measure together.</summary>
    public int* BatchSlots { get; }

    /// <summary>Their records.</summary>
    public byte** BatchRecords { get; }

    /// <summary>Their distances.</summary>
    public float* BatchDistances { get; }

    /// <summary>What a walk found.</summary>
    public Candidates Found { get; } = new();

    /// <summary>What was scored again on the vectors, or compared without a walk.</summary>
    public Candidates Best { get; } = new();

    /// <summary>Where a walk with a condition goes on.</summary>
    public CandidateHeap Frontier { get; } = new();

    /// <summary>Neighbours chosen on each level for a node that is put in.</summary>
    public Selection[] Selected { get; }

    /// <summary>Neighbours chosen for a list that is cut.</summary>
    public Selection Pruned { get; }

    /// <summary>Vectors that were compared since the scratch was taken.</summary>
    public int Compared { get; set; }

    /// <summary>Nodes that the last walk with a condition asked about.</summary>
    public int Asked { get; set; }

    /// <summary>How many of them passed.</summary>
    public int Passed { get; set; }

    /// <summary>Slots from this one on were not there when the walk began; it takes no notice of them.</summary>
    public int SlotLimit { get; private set; }

    /// <summary>The epoch in which its use began; written and read under the pool's lock.</summary>
    public long Epoch { get; set; }

    /// <summary>Forgets what was seen.</summary>
    /// <param name="slotEnd">The slot after the last.</param>
    /// <param name="mark">What to write into the returned bytes, by slot, for what is seen.</param>
    public byte[] BeginWalk(int slotEnd, out byte mark)
    {
        if (_seen.Length < slotEnd) Reallocate(slotEnd);
        if (++_mark == 0)
        {
            Array.Clear(_seen);
            _mark = 1;
        }

        // A link of 0 ends a list; as something seen it needs no test of its own.
        _seen[0] = _mark;
        SlotLimit = slotEnd;
        mark = _mark;
        return _seen;
    }

    private void Reallocate(int slotEnd)
    {
        _seen = new byte[Math.Max(slotEnd + (slotEnd / 4), RecordStore.FirstSlot * 2)];
        _mark = 0;
    }

    private static int RoundUp(int bytes) => (bytes + Line - 1) / Line * Line;
}

/// <summary>Neighbours with their distances, nearest first.</summary>
/// <param name="capacity">Most neighbours.</param>
internal sealed class Selection(int capacity)
{
    private readonly int[] _slots = new int[capacity];

    /// <summary>Neighbours.</summary>
    public int Count { get; private set; }

    /// <summary>Their slots.</summary>
    public ReadOnlySpan<int> Slots => _slots.AsSpan(0, Count);

    /// <summary>Empties the list.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds a neighbour.</summary>
    public void Add(int slot) => _slots[Count++] = slot;
}
