using System.Numerics;
using System.Runtime.InteropServices;

namespace Millrace.VectorIndex.Storage;

/// <summary>
/// Records of one size by slot, outside the managed heap, in segments that double: the n-th holds the slots from 2^n on. A record never
/// moves, so that readers need no lock while the store grows. Slots begin at <see cref="FirstSlot"/>; 0 means none. One writer grows it.
/// </summary>
internal sealed unsafe class RecordStore : IDisposable
{
    /// <summary>The first slot.</summary>
    public const int FirstSlot = 1 << FirstSegment;

    private const int FirstSegment = 6;
    private const int Segments = 32;
    private const int Line = 64;

    private readonly byte** _segments = (byte**)NativeMemory.AllocZeroed(Segments, (nuint)sizeof(byte*));

    // Where slot 0 would be if the segment went back so far: finding a record is a look-up, a multiplication and an addition.
    private readonly byte** _origins = (byte**)NativeMemory.AllocZeroed(Segments, (nuint)sizeof(byte*));
    private readonly int _slotEnd;
    private int _end = FirstSlot;
    private bool _disposed;

    /// <summary>Makes an empty store.</summary>
    /// <param name="stride">Bytes of a record.</param>
    /// <param name="slotEnd">The slot after the last that there may ever be.</param>
    public RecordStore(int stride, int slotEnd)
    {
        Stride = stride;
        _slotEnd = slotEnd;
    }

    /// <summary>Bytes of a record.</summary>
    public int Stride { get; }

    /// <summary>Bytes that were asked of the system, mapped ones not counted. It gives them when they are first written to.</summary>
    public long Bytes { get; private set; }

    /// <summary>The record of a slot for which there is memory.</summary>
    public byte* this[int slot] => _origins[BitOperations.Log2((uint)slot)] + ((nint)slot * Stride);

    /// <summary>Finds the records of several slots.</summary>
    public void Find(int* slots, int count, byte** records)
    {
        var origins = _origins;
        nint stride = Stride;
        for (var i = 0; i < count; i++)
            records[i] = origins[BitOperations.Log2((uint)slots[i])] + (slots[i] * stride);
    }

    /// <summary>
    /// Takes the segments of an empty store that are whole in <paramref name="records"/> from there. They stay the caller's to free, when
    /// the store is gone.
    /// </summary>
    /// <param name="records">The record of the first slot, and those of the following.</param>
    /// <param name="end">The slot after the last of them.</param>
    /// <returns>The slot from which on records are not taken.</returns>
    public int Adopt(byte* records, int end)
    {
        while (_end * 2L <= end)
        {
            _origins[BitOperations.Log2((uint)_end)] = records - ((nint)FirstSlot * Stride);
            _end *= 2;
        }

        return _end;
    }

    /// <summary>Makes sure that there is memory for all slots before <paramref name="end"/>.</summary>
    public void Grow(int end)
    {
        while (_end < end)
        {
            var segment = BitOperations.Log2((uint)_end);
            var segmentEnd = Math.Min(_end * 2L, _slotEnd);
            var bytes = (nuint)(segmentEnd - _end) * (nuint)Stride;
            var memory = (byte*)NativeMemory.AlignedAlloc(bytes, bytes >= HugePages.Size ? HugePages.Size : (nuint)Line);
            HugePages.Ask(memory, bytes);
            Bytes += (long)bytes;
            _segments[segment] = memory;
            _origins[segment] = memory - ((nint)_end * Stride);
            _end = (int)segmentEnd;
        }
    }

    /// <summary>The records from a slot on as far as they lie together, and the slot after them.</summary>
    public Span<byte> Run(int first, int end, out int next)
    {
        var segmentEnd = Math.Min(2L << BitOperations.Log2((uint)first), _end);
        next = (int)Math.Min(Math.Min(end, segmentEnd), first + (int.MaxValue / Stride));
        return new(this[first], (next - first) * Stride);
    }

    /// <summary>Frees all memory. There is no finalizer: who owns stores frees them in its own.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        for (var i = 0; i < Segments; i++) NativeMemory.AlignedFree(_segments[i]);
        NativeMemory.Free(_segments);
        NativeMemory.Free(_origins);
    }
}
