using System.Numerics;

namespace Millrace.Gateway.Inference;

/// <summary>
/// Tells of most keys that are not in a set that they are not, in one read of a small table. Keys are hashes already, so that some of
/// their bits are as good as another hash. With sixteen bits for each key that the set may have, one question in sixteen at most goes on
/// to the set in vain. Keys are only added; whoever removes some from the set fills the sieve anew now and then.
/// </summary>
/// <param name="keysMax">Most keys of the set.</param>
internal sealed class KeySieve(int keysMax)
{
    private const int BitsPerKey = 16;
    private const int WordBits = 64;

    private readonly ulong[] _words = new ulong[BitOperations.RoundUpToPowerOf2((uint)keysMax) * BitsPerKey / WordBits];

    /// <summary>Whether the key may be in the set; if not, it is not.</summary>
    public bool MayHold(ulong key) => (_words[Word(key)] & Bit(key)) != 0;

    /// <summary>The key is in the set.</summary>
    public void Add(ulong key) => _words[Word(key)] |= Bit(key);

    /// <summary>The set is empty.</summary>
    public void Clear() => Array.Clear(_words);

    private static ulong Bit(ulong key) => 1UL << (int)(key % WordBits);

    // The length is a power of two.
    private int Word(ulong key) => (int)((key / WordBits) & (ulong)(_words.Length - 1));
}
