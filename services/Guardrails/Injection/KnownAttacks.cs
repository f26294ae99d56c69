using System.Numerics;
using System.Text;

namespace Millrace.Guardrails.Injection;

/// <summary>
/// Attacks that are known, by the words and pairs of words that tell them from other text. A sentence is as similar to one of them as it
/// has the weight of its words. Immutable. The work is bounded: a word that many attacks have counts for few of them only.
/// </summary>
internal sealed class KnownAttacks
{
    /// <summary>Most attacks.</summary>
    public const int AttacksMax = 2048;

    /// <summary>Most attacks that one word is kept for.</summary>
    public const int AttacksPerWordMax = 48;

    private const int WordsMin = 3;
    private const uint Mark = 0x4B54524D;
    private const int EntriesMax = 1 << 17;

    private readonly Dictionary<uint, Posting[]> _postings;
    private readonly float[] _weights;

    /// <summary>Prepares an index.</summary>
    /// <param name="postings">For each word or pair the attacks that have it, with its weight.</param>
    /// <param name="attacks">Number of attacks.</param>
    public KnownAttacks(IEnumerable<KeyValuePair<uint, Posting[]>> postings, int attacks)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(attacks, AttacksMax);
        _postings = new Dictionary<uint, Posting[]>(postings);
        _weights = new float[attacks];
        foreach (var posting in _postings.Values.SelectMany(list => list)) _weights[posting.Attack] += posting.Weight;
    }

    /// <summary>Similarity to the most similar attack, in [0, 1].</summary>
    /// <param name="folded">The sentence, folded.</param>
    /// <param name="except">An attack that does not count, or -1.</param>
    public float SimilarityOf(ReadOnlySpan<char> folded, int except = -1)
    {
        Span<float> sums = stackalloc float[AttacksMax];
        sums[.._weights.Length].Clear();
        Span<byte> counts = stackalloc byte[AttacksMax];
        counts[.._weights.Length].Clear();

        foreach (var feature in new WordPairs(folded))
        {
            if (!_postings.TryGetValue(feature, out var postings)) continue;
            foreach (var (attack, weight) in postings)
            {
                sums[attack] += weight;
                if (counts[attack] < byte.MaxValue) counts[attack]++;
            }
        }

        var best = 0f;
        for (var attack = 0; attack < _weights.Length; attack++)
            if (counts[attack] >= WordsMin && attack != except) best = Math.Max(best, sums[attack] / _weights[attack]);
        return Math.Min(best, 1);
    }

    /// <summary>Reads an index.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static KnownAttacks Load(Stream stream)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        if (reader.ReadUInt32() != Mark) throw new InvalidDataException("These are no known attacks: train them again.");
        var (attacks, entries) = (reader.ReadInt32(), reader.ReadInt32());
        if (entries is < 0 or > EntriesMax) throw new InvalidDataException($"There are {entries} words of attacks, more than can be used.");

        var postings = Enumerable.Range(0, entries)
            .Select(_ => KeyValuePair.Create(reader.ReadUInt32(), ReadPostings(reader)));
        return new KnownAttacks(postings, attacks);
    }

    /// <summary>Reads the index that is part of this service.</summary>
    public static KnownAttacks LoadResource()
    {
        using var stream = typeof(KnownAttacks).Assembly.GetManifestResourceStream("injection-known.bin")
            ?? throw new InvalidOperationException("'injection-known.bin' is not part of this build. Train it: see models/guards.");
        return Load(stream);
    }

    /// <summary>Writes the index.</summary>
    public void Save(Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Mark);
        writer.Write(_weights.Length);
        writer.Write(_postings.Count);
        foreach (var (feature, postings) in _postings.OrderBy(pair => pair.Key))
        {
            writer.Write(feature);
            writer.Write((byte)postings.Length);
            foreach (var posting in postings)
            {
                writer.Write(posting.Attack);
                writer.Write((Half)posting.Weight);
            }
        }
    }

    private static Posting[] ReadPostings(BinaryReader reader) =>
        [.. Enumerable.Range(0, reader.ReadByte()).Select(_ => new Posting(reader.ReadUInt16(), (float)reader.ReadHalf()))];

    /// <summary>That an attack has a word.</summary>
    /// <param name="Attack">The attack.</param>
    /// <param name="Weight">What the word is worth: the rarer, the more.</param>
    internal readonly record struct Posting(ushort Attack, float Weight);
}

/// <summary>The words of a folded text and the pairs of neighbours, as hashes.</summary>
internal ref struct WordPairs(ReadOnlySpan<char> folded)
{
    private const uint Prime = 0x01000193;

    private ReadOnlySpan<char> _rest = folded;
    private uint _previous;
    private uint _word;
    private bool _pairIsNext;

    /// <summary>The hash.</summary>
    public uint Current { get; private set; }

    public readonly WordPairs GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_pairIsNext)
        {
            _pairIsNext = false;
            Current = BitOperations.RotateLeft(_previous, 7) * 0x9E3779B1 ^ _word;
            return true;
        }

        if (!TryReadWord(out var next)) return false;
        (_previous, _word) = (_word, next);
        _pairIsNext = _previous != 0;
        Current = next;
        return true;
    }

    private bool TryReadWord(out uint hash)
    {
        hash = 2166136261;
        while (!_rest.IsEmpty && !char.IsLetterOrDigit(_rest[0])) _rest = _rest[1..];
        if (_rest.IsEmpty) return false;

        var length = 0;
        do hash = (hash ^ _rest[length]) * Prime;
        while (!SentenceWords.IsUnspaced(_rest[length++]) && length < _rest.Length && char.IsLetterOrDigit(_rest[length])
            && !SentenceWords.IsUnspaced(_rest[length]));
        _rest = _rest[length..];
        hash |= 1;
        return true;
    }
}
