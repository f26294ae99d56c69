using System.Runtime.InteropServices;

namespace Millrace.VectorIndex.Storage;

/// <summary>Writes or reads a file in sections, each followed by its checksum.</summary>
/// <param name="file">The file.</param>
/// <param name="path">For messages.</param>
internal sealed class SectionStream(FileStream file, string path)
{
    // Small enough that a piece is still in the cache when it goes to the system after its checksum was taken.
    private const int Piece = 256 << 10;

    // Of records in memory: a line of the cache.
    private const int Line = 64;

    private uint _checksum;

    /// <summary>Writes part of a section.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length > 0; bytes = bytes[Math.Min(Piece, bytes.Length)..])
        {
            var piece = bytes[..Math.Min(Piece, bytes.Length)];
            _checksum = Checksum.Of(piece, _checksum);
            file.Write(piece);
        }
    }

    /// <summary>Where the next byte is.</summary>
    public long Position => file.Position;

    /// <summary>Writes zeros up to where records may lie.</summary>
    public void Pad() => Write(stackalloc byte[Padding]);

    /// <summary>Passes over what <see cref="Pad"/> wrote.</summary>
    public void SkipPadding() => Read(stackalloc byte[Padding]);

    /// <summary>Passes over part of a section that is in memory already.</summary>
    public void Pass(ReadOnlySpan<byte> mapped)
    {
        _checksum = Checksum.Of(mapped, _checksum);
        file.Position += mapped.Length;
    }

    /// <summary>Makes sure that so many bytes follow.</summary>
    /// <exception cref="VectorIndexException">The file ends too soon.</exception>
    public void RequireRest(long bytes)
    {
        if (file.Length - file.Position < bytes) throw Faults.Damaged(path, "it ends too soon");
    }

    /// <summary>Ends a section that is written.</summary>
    public void End()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        MemoryMarshal.Write(bytes, _checksum);
        file.Write(bytes);
        _checksum = 0;
    }

    /// <summary>Reads part of a section.</summary>
    /// <exception cref="VectorIndexException">The file ends too soon.</exception>
    public void Read(Span<byte> bytes)
    {
        for (; bytes.Length > 0; bytes = bytes[Math.Min(Piece, bytes.Length)..])
        {
            var piece = bytes[..Math.Min(Piece, bytes.Length)];
            if (file.ReadAtLeast(piece, piece.Length, throwOnEndOfStream: false) < piece.Length)
                throw Faults.Damaged(path, "it ends too soon");
            _checksum = Checksum.Of(piece, _checksum);
        }
    }

    /// <summary>Ends a section that is read.</summary>
    /// <exception cref="VectorIndexException">The section is not what was written.</exception>
    public void Check()
    {
        var found = _checksum;
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Read(bytes);
        if (MemoryMarshal.Read<uint>(bytes) != found) throw Faults.Damaged(path, "a checksum does not fit");
        _checksum = 0;
    }

    private int Padding => (int)(-file.Position & (Line - 1));
}
