using System.Buffers.Binary;

namespace Millrace.Gateway.Inference;

/// <summary>
/// A 64-bit hash of a stream of bytes that can be read after any of them: eight bytes at a time are multiplied to 128 bits, whose halves
/// are folded together. It is fast and spreads well, and it is no secret: two streams of one hash can be constructed.
/// </summary>
/// <param name="seed">Where the stream starts.</param>
internal struct PrefixHash(ulong seed)
{
    private const int WordBytes = sizeof(ulong);
    private const ulong WordFactor = 0x9E3779B97F4A7C15;
    private const ulong EndFactor = 0xD6E8FEB86659FD93;

    private ulong _state = seed;
    private ulong _partial;
    private int _partialBytes;
    private ulong _length;

    /// <summary>The hash of all bytes so far.</summary>
    public readonly ulong Value => Fold(_state ^ _partial ^ EndFactor, _length ^ WordFactor);

    /// <summary>Takes more bytes. How they are cut into calls does not matter.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _length += (ulong)bytes.Length;
        while (_partialBytes > 0 && bytes.Length > 0)
        {
            AppendByte(bytes[0]);
            bytes = bytes[1..];
        }

        for (; bytes.Length >= WordBytes; bytes = bytes[WordBytes..]) AppendWord(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var rest in bytes) AppendByte(rest);
    }

    private static ulong Fold(ulong left, ulong right) => Math.BigMul(left, right, out var low) ^ low;

    private void AppendByte(byte value)
    {
        _partial |= (ulong)value << (WordBytes * _partialBytes);
        if (++_partialBytes < WordBytes) return;
        AppendWord(_partial);
        (_partial, _partialBytes) = (0, 0);
    }

    // The second factor depends on the state too, so that no word can wipe out what came before it.
    private void AppendWord(ulong word) => _state = Fold(word ^ WordFactor, _state ^ EndFactor) ^ word;
}
