using System.Numerics;

namespace Millrace.Guardrails.Names;

/// <summary>The lists: classes of words by hash. Immutable, shared by all texts.</summary>
internal sealed class Lexicon
{
    private readonly uint[] _keys;
    private readonly WordClasses[] _classes;
    private readonly uint _mask;

    /// <summary>Builds the table.</summary>
    /// <param name="words">Hash of a word in lower case, and its classes.</param>
    public Lexicon(IReadOnlyCollection<KeyValuePair<uint, WordClasses>> words)
    {
        var size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, words.Count * 2));
        (_keys, _classes, _mask) = (new uint[size], new WordClasses[size], size - 1);
        foreach (var (hash, classes) in words)
        {
            var slot = SlotOf(hash);
            _keys[slot] = hash;
            _classes[slot] |= classes;
        }
    }

    /// <summary>Classes of a word, by the hash of the word in lower case.</summary>
    public WordClasses ClassesOf(uint hash) => _classes[SlotOf(hash)];

    // The table is at most half full, so that a free slot ends every search soon.
    private uint SlotOf(uint hash)
    {
        var slot = hash & _mask;
        while (_classes[slot] != WordClasses.None && _keys[slot] != hash) slot = (slot + 1) & _mask;
        return slot;
    }
}
