using System.Numerics;

namespace Millrace.Inference.Sampling;

/// <summary>
/// A generator of our own (xoshiro256**, seeded by SplitMix64), so that a seed gives the same answer on every machine and with every
/// release of .NET.
/// </summary>
internal sealed class RandomSource
{
    private ulong _a, _b, _c, _d;

    /// <summary>Creates a generator.</summary>
    /// <param name="seed">The request's seed.</param>
    /// <param name="stream">Which of several independent streams of that seed, such as the choice's index.</param>
    public RandomSource(ulong seed, int stream)
    {
        var state = seed + ((ulong)stream * 0xD1342543DE82EF95);
        (_a, _b, _c, _d) = (SplitMix(ref state), SplitMix(ref state), SplitMix(ref state), SplitMix(ref state));
    }

    /// <summary>The next number in [0, 1), with 53 bits.</summary>
    public double NextUnit() => (Next() >> 11) * (1.0 / (1UL << 53));

    private ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    private static ulong SplitMix(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
