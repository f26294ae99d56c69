using System.Buffers.Binary;
using System.Numerics;

namespace Millrace.VectorIndex.Storage;

/// <summary>CRC-32C, which processors compute by instruction.</summary>
internal static class Checksum
{
    /// <summary>Continues a checksum, 0 at the beginning, over more bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes, uint checksum = 0)
    {
        var crc = ~checksum;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var rest in bytes) crc = BitOperations.Crc32C(crc, rest);
        return ~crc;
    }
}
