namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>The chunks that a term is in, by rising ordinal. One writer; who reads holds the index's lock.</summary>
internal struct PostingList
{
    private int[]? _ordinals;
    private ushort[]? _counts;
    private byte[]? _followers;

    /// <summary>Entries, also of chunks that were removed since.</summary>
    public int Count { get; private set; }

    /// <summary>Chunks that the term is in now.</summary>
    public int ChunksWith { get; private set; }

    /// <summary>The highest frequency of any entry.</summary>
    public float FrequencyMax { get; private set; }

    /// <summary>The length of the shortest chunk of any entry, in words.</summary>
    public int LengthMin { get; private set; }

    /// <summary>The ordinals of the entries; there may be more behind <see cref="Count"/>.</summary>
    public readonly int[] Ordinals => _ordinals ?? [];

    /// <summary>The entries' <see cref="TermCounts"/>.</summary>
    public readonly ushort[] Counts => _counts ?? [];

    /// <summary>The entries' <see cref="Words.Followers"/>.</summary>
    public readonly byte[] Followers => _followers ?? [];

    /// <summary>Bytes of the entries.</summary>
    public readonly long Bytes => (long)Ordinals.Length * (sizeof(int) + sizeof(ushort) + sizeof(byte));

    /// <summary>Makes room for exactly so many entries.</summary>
    public void Reserve(int count)
    {
        Array.Resize(ref _ordinals, count);
        Array.Resize(ref _counts, count);
        Array.Resize(ref _followers, count);
    }

    /// <summary>Counts the term once in a field of a chunk, which is the last one or a new one.</summary>
    /// <param name="ordinal">The chunk.</param>
    /// <param name="field">The field, from 0.</param>
    /// <param name="follower">The <see cref="Words.Followers"/> bit of the term behind it.</param>
    public void Add(int ordinal, int field, byte follower)
    {
        if (Count == 0 || _ordinals![Count - 1] != ordinal) Append(ordinal);
        ref var counts = ref _counts![Count - 1];
        counts = TermCounts.Add(counts, field);
        _followers![Count - 1] |= follower;
    }

    /// <summary>Takes the last entry into the bounds.</summary>
    public void Cover(double frequency, int length)
    {
        FrequencyMax = Math.Max(FrequencyMax, MathF.BitIncrement((float)frequency));
        LengthMin = LengthMin == 0 ? length : Math.Min(LengthMin, length);
    }

    /// <summary>One chunk that the term was in is removed. Its entry stays, and is passed over.</summary>
    public void Forget() => ChunksWith--;

    private void Append(int ordinal)
    {
        if (Count == Ordinals.Length) Reserve(Math.Max(Count + 1, Count + (Count / 2)));
        _ordinals![Count] = ordinal;
        (_counts![Count], _followers![Count]) = (0, 0);
        Count++;
        ChunksWith++;
    }
}
