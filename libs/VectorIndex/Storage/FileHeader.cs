using System.Runtime.InteropServices;

namespace Millrace.VectorIndex.Storage;

/// <summary>
/// How every file begins: what it is, of which version, and of what index. 64 bytes, little-endian, the last four a checksum of the others.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct FileHeader
{
    /// <summary>Bytes of a header.</summary>
    public const int Bytes = 64;

    /// <summary>The version that is written and read.</summary>
    public const int CurrentVersion = 2;

    /// <summary>Of a snapshot.</summary>
    public const ulong SnapshotMagic = 0x31_50_41_4E_53_49_56_4D;

    /// <summary>Of a log.</summary>
    public const ulong LogMagic = 0x31_30_47_4F_4C_49_56_4D;

    public ulong Magic;
    public int Version;
    public int Dimension;
    public int Metric;
    public int Quantization;
    public int M;

    /// <summary>Of a snapshot: the slot after the last, the entry's slot and level.</summary>
    public int SlotEnd;
    public int EntrySlot;
    public int EntryLevel;

    /// <summary>A log has the writes since the snapshot of the same generation.</summary>
    public long Generation;
    public long Spare;
    public uint SpareToo;
    public uint HeaderChecksum;

    /// <summary>A header for an index.</summary>
    public static FileHeader Of(ulong magic, VectorIndexOptions options, long generation) => new()
    {
        Magic = magic,
        Version = CurrentVersion,
        Dimension = options.Dimension,
        Metric = (int)options.Metric,
        Quantization = (int)options.Quantization,
        M = options.M,
        Generation = generation,
    };

    /// <summary>The header as bytes, with its checksum.</summary>
    public readonly byte[] ToBytes()
    {
        var bytes = new byte[Bytes];
        MemoryMarshal.Write(bytes, this);
        MemoryMarshal.Write(bytes.AsSpan(Bytes - sizeof(uint)), Checksum.Of(bytes.AsSpan(0, Bytes - sizeof(uint))));
        return bytes;
    }

    /// <summary>Reads a header and refuses one that is damaged, of another version, or of another index.</summary>
    /// <param name="bytes">The file's first bytes.</param>
    /// <param name="magic">What the file should be.</param>
    /// <param name="options">Of the index that is opened.</param>
    /// <param name="path">For messages.</param>
    public static FileHeader Read(ReadOnlySpan<byte> bytes, ulong magic, VectorIndexOptions options, string path)
    {
        var header = MemoryMarshal.Read<FileHeader>(bytes);
        if (header.Magic != magic || header.HeaderChecksum != Checksum.Of(bytes[..(Bytes - sizeof(uint))]))
            throw Faults.Damaged(path, "its header is not what was written");
        if (header.Version != CurrentVersion) throw Faults.OtherVersion(path, header.Version);
        Match(path, nameof(Dimension), header.Dimension, options.Dimension);
        Match(path, nameof(Metric), (Metric)header.Metric, options.Metric);
        Match(path, nameof(Quantization), (Quantization)header.Quantization, options.Quantization);
        Match(path, nameof(M), header.M, options.M);
        return header;
    }

    private static void Match<T>(string path, string name, T stored, T asked)
    {
        if (!EqualityComparer<T>.Default.Equals(stored, asked)) throw Faults.Mismatch(path, name, $"{stored}", $"{asked}");
    }
}
