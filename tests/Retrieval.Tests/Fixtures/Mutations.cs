using System.Text;

namespace Millrace.Retrieval.Tests.Fixtures;

/// <summary>Broken forms of a valid document, the same ones at every run.</summary>
/// <param name="seed">Which ones.</param>
/// <param name="openings">What opens a level in the format.</param>
internal sealed class Mutations(int seed, params string[] openings)
{
    private const int DeepLevelsMax = 2_000;
    private const int HugeTokenMax = 20_000;
    private readonly Random _random = new(seed);

    /// <summary>One to three mutations of a document. Every other one of a text stays ASCII, so that it gets past the decoder.</summary>
    public byte[] Next(byte[] valid, bool isText)
    {
        var bytes = valid;
        for (var i = _random.Next(1, 4); i > 0; i--) bytes = Mutated(bytes);
        if (isText && _random.Next(4) > 0) for (var i = 0; i < bytes.Length; i++) bytes[i] &= 0x7F;
        return bytes;
    }

    private byte[] Mutated(byte[] bytes) => _random.Next(9) switch
    {
        0 => Flipped(bytes),
        1 => bytes[..Position(bytes)],
        2 => Inserted(bytes, Slice(bytes)),
        3 => [.. bytes[..Position(bytes)], .. Slice(bytes)],
        4 => Inserted(bytes, Deep()),
        5 => Inserted(bytes, Noise(_random.Next(1, 200))),
        6 => Inserted(bytes, Huge(bytes)),
        7 => Inserted(bytes, new byte[_random.Next(1, 50)]),
        _ => Without(bytes),
    };

    private byte[] Flipped(byte[] bytes)
    {
        byte[] flipped = [.. bytes];
        for (var i = _random.Next(1, 20); i > 0 && flipped.Length > 0; i--)
            flipped[_random.Next(flipped.Length)] ^= (byte)(1 << _random.Next(8));
        return flipped;
    }

    private byte[] Inserted(byte[] bytes, byte[] piece)
    {
        var at = Position(bytes);
        return [.. bytes[..at], .. piece, .. bytes[at..]];
    }

    private byte[] Without(byte[] bytes)
    {
        var at = Position(bytes);
        return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + _random.Next(1, 100))..]];
    }

    private byte[] Slice(byte[] bytes)
    {
        var at = Position(bytes);
        return bytes[at..Math.Min(bytes.Length, at + _random.Next(1, 400))];
    }

    private byte[] Deep() => Encoding.UTF8.GetBytes(
        string.Concat(Enumerable.Repeat(openings[_random.Next(openings.Length)], _random.Next(100, DeepLevelsMax))));

    private byte[] Huge(byte[] bytes)
    {
        var huge = new byte[_random.Next(1_000, HugeTokenMax)];
        huge.AsSpan().Fill(bytes.Length == 0 ? (byte)'x' : bytes[_random.Next(bytes.Length)]);
        return huge;
    }

    private byte[] Noise(int length)
    {
        var noise = new byte[length];
        _random.NextBytes(noise);
        return noise;
    }

    private int Position(byte[] bytes) => _random.Next(bytes.Length + 1);
}
