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
    private readonly List<ushort> _units = [];

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
        var units = WordsOf(ordinal);
        var terms = ArrayPool<int>.Shared.Rent(units.Length);
        var count = 0;
        foreach (var term in WordUnits.Read(units)) terms[count++] = term;
        Array.Sort(terms, 0, count);
        for (var i = 0; i < count; i++)
            if (terms[i] != WordUnits.NoTerm && (i == 0 || terms[i] != terms[i - 1])) Terms[terms[i]].Forget();
        ArrayPool<int>.Shared.Return(terms);
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
            tables._units.Clear();
            foreach (var term in WordUnits.Read(WordsOf(ordinal)))
            {
                if (term == WordUnits.NoTerm) tables._units.Add(WordUnits.FieldEnd);
                else WordUnits.Append(tables._units, NumberOf(term));
            }

            tables.Append(Chunks[ordinal], Chunks.Lengths[ordinal]);
        }

        tables.PostAll();
        return tables;

        int NumberOf(int word) => numbers[word] >= 0 ? numbers[word] : numbers[word] = tables.Terms.Add(stems[word]);
    }

    /// <summary>The words of a chunk, as <see cref="WordSequences"/> has them.</summary>
    public ReadOnlySpan<ushort> WordsOf(int ordinal) => _sequences.Get(Chunks.StartOf(ordinal));

    /// <summary>The frequency by which a term counts in a chunk.</summary>
    /// <param name="counts">Its <see cref="TermCounts"/> there.</param>
    /// <param name="ordinal">The chunk.</param>
    /// <param name="term">The term's <see cref="WordUnits"/>.</param>
    public double Frequency(ushort counts, int ordinal, ReadOnlySpan<ushort> term) => counts switch
    {
        < TermCounts.BodyEnd => weights.Body * counts,
        TermCounts.Many => TermMatches.Weigh(WordsOf(ordinal), term, weights),
        _ => TermCounts.Weigh(counts, weights),
    };

    // The words stand in _units then.
    private int Read(string stems)
    {
        _units.Clear();
        var (words, fields) = (0, 1);
        for (var rest = stems.AsSpan(); rest.Length > 0;)
        {
            var end = rest.IndexOfAny(ChunkStems.WordEnd, ChunkStems.FieldEnd);
            if (end < 0 || (end == 0) != (rest[end] == ChunkStems.FieldEnd)) throw new DamagedWordsException("A chunk's words are torn.");
            if (end == 0)
            {
                _units.Add(WordUnits.FieldEnd);
                fields++;
            }
            else
            {
                WordUnits.Append(_units, Terms.GetOrAdd(rest[..end]));
                words++;
            }

            rest = rest[(end + 1)..];
        }

        return fields == WordUnits.Fields ? words : throw new DamagedWordsException($"A chunk has {fields} fields.");
    }

    private int Append(long chunk, int words) => Chunks.Add(chunk, words, _sequences.Add(CollectionsMarshal.AsSpan(_units)));

    // How many entries a term gets is counted first, so that its arrays are exactly as long.
    private void PostAll()
    {
        var (entries, last) = (new int[Terms.Count], new int[Terms.Count]);
        Array.Fill(last, -1);
        for (var ordinal = 0; ordinal < Chunks.OrdinalCount; ordinal++)
        {
            foreach (var term in WordUnits.Read(WordsOf(ordinal)))
            {
                if (term == WordUnits.NoTerm || last[term] == ordinal) continue;
                entries[term]++;
                last[term] = ordinal;
            }
        }

        for (var term = 0; term < entries.Length; term++) Terms[term].Reserve(entries[term]);
        for (var ordinal = 0; ordinal < Chunks.OrdinalCount; ordinal++) Post(ordinal);
    }

    private void Post(int ordinal)
    {
        var units = WordsOf(ordinal);
        var (before, field) = (WordUnits.NoTerm, 0);
        foreach (var term in WordUnits.Read(units))
        {
            if (before != WordUnits.NoTerm) Terms[before].Add(ordinal, field, Followers.BitOf(term));
            if (term == WordUnits.NoTerm) field++;
            before = term;
        }

        if (before != WordUnits.NoTerm) Terms[before].Add(ordinal, field, follower: 0);
        foreach (var term in WordUnits.Read(units))
        {
            if (term != WordUnits.NoTerm) Cover(ref Terms[term], Chunks.Lengths[ordinal]);
        }
    }

    // A term that is in the chunk more often than is kept is no more often in it than there are words.
    private void Cover(ref PostingList list, int length)
    {
        var counts = list.Counts[list.Count - 1];
        list.Cover(counts == TermCounts.Many ? weights.Max * length : TermCounts.Weigh(counts, weights), length);
    }
}
