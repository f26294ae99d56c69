using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Millrace.Inference.SavedPrefixes;

/// <summary>A prompt and its computed state.</summary>
/// <param name="Tokens">The prompt's tokens.</param>
/// <param name="State">The state, as the library writes it.</param>
internal sealed record SavedPrefix(int[] Tokens, byte[] State);

/// <summary>
/// The form of a saved state: a mark, the number of tokens (int32), the tokens (int32 each), the state, and the SHA-256 of all of it;
/// numbers
/// are little-endian. The checksum is there because the library trusts what it is given.
/// </summary>
internal static class PrefixFile
{
    private const int HashBytes = SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Mark => "MRPREFX1"u8;

    private static int HeadBytes => Mark.Length + sizeof(int);

    /// <summary>Size of a file.</summary>
    public static long SizeOf(SavedPrefix prefix) =>
        HeadBytes + (prefix.Tokens.Length * (long)sizeof(int)) + prefix.State.Length + HashBytes;

    /// <summary>Writes a file.</summary>
    public static void Write(Stream file, SavedPrefix prefix)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> head = stackalloc byte[HeadBytes];
        Mark.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head[Mark.Length..], prefix.Tokens.Length);
        Write(file, hash, head);
        Write(file, hash, MemoryMarshal.AsBytes<int>(prefix.Tokens));
        Write(file, hash, prefix.State);
        file.Write(hash.GetHashAndReset());
    }

    /// <summary>Reads a file.</summary>
    /// <returns>Null when it is damaged.</returns>
    public static SavedPrefix? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeadBytes + HashBytes || !bytes.StartsWith(Mark)) return null;
        var content = bytes[..^HashBytes];
        if (!SHA256.HashData(content).AsSpan().SequenceEqual(bytes[^HashBytes..])) return null;
        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes[Mark.Length..]);
        var tokens = content[HeadBytes..];
        if (count < 0 || tokens.Length / sizeof(int) < count) return null;
        return new SavedPrefix(
            MemoryMarshal.Cast<byte, int>(tokens[..(count * sizeof(int))]).ToArray(), tokens[(count * sizeof(int))..].ToArray());
    }

    private static void Write(Stream file, IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        hash.AppendData(bytes);
        file.Write(bytes);
    }
}
