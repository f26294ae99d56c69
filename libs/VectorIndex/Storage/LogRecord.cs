using System.Runtime.InteropServices;

namespace Millrace.VectorIndex.Storage;

/// <summary>One write: ids with their vectors to store, or ids alone to delete.</summary>
/// <param name="ids">The ids.</param>
/// <param name="vectors">Their vectors, one after another, as they were given; empty for a deletion.</param>
internal readonly ref struct LogRecord(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors)
{
    /// <summary>Bytes before the payload: its length, and the checksum.</summary>
    public const int HeaderBytes = sizeof(int) + sizeof(uint);

    /// <summary>Most ids of one record.</summary>
    public const int IdsMax = 1_024;

    private const int StoreKind = 1;
    private const int DeleteKind = 2;
    private const int PrefixBytes = sizeof(int) * 2;

    public ReadOnlySpan<long> Ids { get; } = ids;

    public ReadOnlySpan<float> Vectors { get; } = vectors;

    /// <summary>Whether the ids are deleted.</summary>
    public bool IsDeletion => Vectors.IsEmpty;

    /// <summary>Bytes of the payload.</summary>
    public int PayloadBytes => PrefixBytes + (Ids.Length * sizeof(long)) + (Vectors.Length * sizeof(float));

    /// <summary>Bytes of the largest payload.</summary>
    public static int PayloadBytesMax(int dimension) => PrefixBytes + (IdsMax * (sizeof(long) + (dimension * sizeof(float))));

    /// <summary>The checksum of a record, over its length and its payload.</summary>
    public static uint ChecksumOf(ReadOnlySpan<byte> record) =>
        Checksum.Of(record[HeaderBytes..], Checksum.Of(record[..sizeof(int)]));

    /// <summary>Writes the payload: the kind, the count, the ids, the vectors.</summary>
    public void WritePayload(Span<byte> target)
    {
        MemoryMarshal.Write(target, IsDeletion ? DeleteKind : StoreKind);
        MemoryMarshal.Write(target[sizeof(int)..], Ids.Length);
        MemoryMarshal.AsBytes(Ids).CopyTo(target[PrefixBytes..]);
        MemoryMarshal.AsBytes(Vectors).CopyTo(target[(PrefixBytes + (Ids.Length * sizeof(long)))..]);
    }

    /// <summary>Reads a payload; false when it makes no sense.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, int dimension, out LogRecord record)
    {
        record = default;
        if (payload.Length < PrefixBytes) return false;
        var kind = MemoryMarshal.Read<int>(payload);
        var count = MemoryMarshal.Read<int>(payload[sizeof(int)..]);
        if (kind is not (StoreKind or DeleteKind) || count is <= 0 or > IdsMax) return false;
        var idBytes = count * sizeof(long);
        var vectorBytes = kind == StoreKind ? count * dimension * sizeof(float) : 0;
        if (payload.Length != PrefixBytes + idBytes + vectorBytes) return false;
        record = new(
            MemoryMarshal.Cast<byte, long>(payload.Slice(PrefixBytes, idBytes)),
            MemoryMarshal.Cast<byte, float>(payload[(PrefixBytes + idBytes)..]));
        return true;
    }
}
