using System.Buffers;
using System.Runtime.InteropServices;

namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>
/// An inverted index: for each term the chunks that have it, and for each chunk its words in order. Chunks that are removed leave their
/// entries behind until <see cref="Compacted"/> copies what is there. One writer; who reads holds the index's lock.
/// </summary>
internal sealed class WordTables(FieldWeights weights)
{
    private readonly WordSequences _sequences = new();
    private readonly List<int> _words = [];

    /// <summary>The chunks.</summary>
    public ChunkTable Chunks { get; } = new();

    /// <summary>The terms.</summary>
    public TermTable Terms { get; } = new();

    /// <summary>Bytes of everything.</summary>
    public long Bytes => Chunks.Bytes + Terms.Bytes + _sequences.Bytes;

    /// <summary>Tables of these chunks, each of which comes once; no array is longer than needed.</summary>
    /// <param name="weights">Weights of the fields.</param>
    /// <param name="stored">The chunks with their <see cref="ChunkStems"/>.</param>
    /// <exception cref="DamagedWordsException">What is stored makes no sense.</exception>
    public static WordTables Of(FieldWeights weights, IEnumerable<(long Chunk, string Stems)> stored)
    {
        var tables = new WordTables(weights);
        foreach (var (chunk, stems) in stored) tables.Append(chunk, tables.Read(stems));
        tables.PostAll();
        return tables;
    }

    /// <summary>Adds a chunk; one that is there is replaced.</summary>
    public void Put(long chunk, string stems)
    {
        var words = Read(stems);
        Remove(chunk);
        Post(Append(chunk, words));
    }

    /// <summary>Removes a chunk, if it is there.</summary>
    public void Remove(long chunk)
    {
        if (!Chunks.TryRemove(chunk, out var ordinal)) return;
        var words = WordsOf(ordinal);
        var sorted = ArrayPool<int>.Shared.Rent(words.Length);
        words.CopyTo(sorted);
        Array.Sort(sorted, 0, words.Length);
        for (var i = 0; i < words.Length; i++)
            if (sorted[i] != WordSequences.FieldEnd && (i == 0 || sorted[i] != sorted[i - 1])) Terms[sorted[i]].Forget();
        ArrayPool<int>.Shared.Return(sorted);
    }

    /// <summary>Tables of the chunks that are there, without what was removed.</summary>
    public WordTables Compacted()
    {
        var tables = new WordTables(weights);
        var stems = new string[Terms.Count];
        foreach (var (stem, number) in Terms.Numbers) stems[number] = stem;
        var numbers = new int[stems.Length];
        Array.Fill(numbers, -1);
        tables.Chunks.Reserve(Chunks.Count);
        for (var ordinal = 0; ordinal < Chunks.OrdinalCount; ordinal++)
        {
            if (Chunks.IsRemoved(ordinal)) continue;
            tables._words.Clear();
            foreach (var word in WordsOf(ordinal)) tables._words.Add(word == WordSequences.FieldEnd ? word : NumberOf(word));
            tables.Append(Chunks[ordinal], tables._words);
        }

        tables.PostAll();
        return tables;

        int NumberOf(int word) => numbers[word] >= 0 ? numbers[word] : numbers[word] = tables.Terms.Add(stems[word]);
    }

    /// <summary>The words of a chunk, as <see cref="WordSequences"/> has them.</summary>
    public ReadOnlySpan<int> WordsOf(int ordinal) => _sequences.Get(Chunks.StartOf(ordinal), Chunks.Lengths[ordinal]);

    /// <summary>The frequency by which a term counts in a chunk.</summary>
    /// <param name="counts">Its <see cref="TermCounts"/> there.</param>
    /// <param name="ordinal">The chunk.</param>
    /// <param name="term">Numbers of the term's stems.</param>
    public double Frequency(ushort counts, int ordinal, ReadOnlySpan<int> term) => counts switch
    {
        < TermCounts.BodyEnd => weights.Body * counts,
        TermCounts.Many => TermMatches.Weigh(WordsOf(ordinal), term, weights),
        _ => TermCounts.Weigh(counts, weights),
    };

    private List<int> Read(string stems)
    {
        _words.Clear();
        for (var rest = stems.AsSpan(); rest.Length > 0;)
        {
            var end = rest.IndexOfAny(ChunkStems.WordEnd, ChunkStems.FieldEnd);
            if (end < 0 || (end == 0) != (rest[end] == ChunkStems.FieldEnd)) throw new DamagedWordsException("A chunk's words are damaged.");
            _words.Add(end == 0 ? WordSequences.FieldEnd : Terms.GetOrAdd(rest[..end]));
            rest = rest[(end + 1)..];
        }

        return _words.Count(word => word == WordSequences.FieldEnd) == WordSequences.Fields - 1
            ? _words
            : throw new DamagedWordsException("A chunk has not as many fields as it must have.");
    }

    private int Append(long chunk, List<int> words) => Chunks.Add(
        chunk, words.Count - (WordSequences.Fields - 1), _sequences.Add(CollectionsMarshal.AsSpan(words)));

    // How many entries a term gets is counted first, so that its arrays are exactly as long.
    private void PostAll()
    {
        var (entries, last) = (new int[Terms.Count], new int[Terms.Count]);
        Array.Fill(last, -1);
        for (var ordinal = 0; ordinal < Chunks.OrdinalCount; ordinal++)
        {
            foreach (var word in WordsOf(ordinal))
            {
                if (word == WordSequences.FieldEnd || last[word] == ordinal) continue;
                entries[word]++;
                last[word] = ordinal;
            }
        }

        for (var term = 0; term < entries.Length; term++) Terms[term].Reserve(entries[term]);
        for (var ordinal = 0; ordinal < Chunks.OrdinalCount; ordinal++) Post(ordinal);
    }

    private void Post(int ordinal)
    {
        var words = WordsOf(ordinal);
        var field = 0;
        foreach (var word in words)
        {
            if (word == WordSequences.FieldEnd) field++;
            else Terms[word].Add(ordinal, field);
        }

        foreach (ref readonly var word in words)
        {
            if (word == WordSequences.FieldEnd) continue;
            ref var list = ref Terms[word];
            list.Cover(Frequency(list.Counts[list.Count - 1], ordinal, new ReadOnlySpan<int>(in word)), Chunks.Lengths[ordinal]);
        }
    }
}
