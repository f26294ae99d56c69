using System.Buffers.Binary;
using System.Numerics;

namespace Millrace.Guardrails.Detection.Crypto;

/// <summary>
/// Keccak as Ethereum uses it: 256 bits, with the padding from before it became a standard. For texts that fit one block; the platform has
/// only the later standard.
/// </summary>
internal static class Keccak256
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashBytes = 32;

    private const int BlockBytes = 136;
    private const int Lanes = 25;
    private const int Rounds = 24;

    private static readonly int[] Rotations = [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];

    private static readonly int[] Path = [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];

    private static readonly ulong[] RoundConstants = Constants();

    /// <summary>Hashes bytes.</summary>
    /// <param name="bytes">Fewer than a block's 136.</param>
    /// <param name="hash">Takes <see cref="HashBytes"/>.</param>
    public static void Hash(ReadOnlySpan<byte> bytes, Span<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(bytes.Length, BlockBytes, nameof(bytes));
        Span<byte> block = stackalloc byte[BlockBytes];
        block.Clear();
        bytes.CopyTo(block);
        block[bytes.Length] = 1;
        block[^1] |= 0x80;

        Span<ulong> state = stackalloc ulong[Lanes];
        state.Clear();
        for (var i = 0; i < BlockBytes / 8; i++) state[i] = BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
        foreach (var constant in RoundConstants) Round(state, constant);
        for (var i = 0; i < HashBytes / 8; i++) BinaryPrimitives.WriteUInt64LittleEndian(hash[(8 * i)..], state[i]);
    }

    private static void Round(Span<ulong> state, ulong constant)
    {
        MixColumns(state);
        RotateAndMove(state);
        MixRows(state);
        state[0] ^= constant;
    }

    private static void MixColumns(Span<ulong> state)
    {
        Span<ulong> columns = stackalloc ulong[5];
        for (var x = 0; x < 5; x++) columns[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
        for (var i = 0; i < Lanes; i++) state[i] ^= columns[(i + 4) % 5] ^ BitOperations.RotateLeft(columns[(i + 1) % 5], 1);
    }

    private static void RotateAndMove(Span<ulong> state)
    {
        var moving = state[1];
        for (var i = 0; i < Path.Length; i++)
        {
            var next = state[Path[i]];
            state[Path[i]] = BitOperations.RotateLeft(moving, Rotations[i]);
            moving = next;
        }
    }

    private static void MixRows(Span<ulong> state)
    {
        Span<ulong> row = stackalloc ulong[5];
        for (var y = 0; y < Lanes; y += 5)
        {
            state.Slice(y, 5).CopyTo(row);
            for (var x = 0; x < 5; x++) state[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
        }
    }

    // The bits of the constants come from a shift register of eight bits.
    private static ulong[] Constants()
    {
        var constants = new ulong[Rounds];
        var register = 1;
        for (var round = 0; round < Rounds; round++)
        {
            for (var bit = 0; bit < 7; bit++)
            {
                if ((register & 1) != 0) constants[round] |= 1UL << ((1 << bit) - 1);
                register = (register << 1) ^ ((register >> 7) * 0x171);
            }
        }

        return constants;
    }
}
