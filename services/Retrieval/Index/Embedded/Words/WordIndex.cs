using Millrace.Retrieval.Index.Words;
using Millrace.VectorIndex.Filtering;

namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>
/// The words of an index in memory, ranked by BM25. It is filled from <see cref="WordsFile"/>, which keeps them. One writer at a time, and
/// any number of searches beside it: what a writer puts or removes in one call is seen as a whole or not at all.
/// </summary>
internal sealed class WordIndex : IDisposable
{
    private readonly ReaderWriterLockSlim _lock = new();
    private WordTables _tables;

    /// <summary>Takes over stored chunks.</summary>
    /// <param name="weights">Weights of the fields.</param>
    /// <param name="stored">Chunks, each once, with their <see cref="ChunkStems"/>.</param>
    /// <exception cref="DamagedWordsException">What is stored makes no sense.</exception>
    public WordIndex(FieldWeights weights, IEnumerable<(long Chunk, string Stems)> stored) => _tables = WordTables.Of(weights, stored);

    /// <summary>Chunks.</summary>
    public int Count => _tables.Chunks.Count;

    /// <summary>Entries of all terms, one for each chunk that has it.</summary>
    public long EntryCount => _tables.Terms.EntryCount;

    /// <summary>Bytes that it takes, as far as arrays and strings go. No writer may be at work.</summary>
    public long Bytes => _tables.Bytes;

    /// <summary>Adds chunks with their <see cref="ChunkStems"/>; those that are there are replaced.</summary>
    public void Put(IReadOnlyList<(long Chunk, string Stems)> chunks) => Write(tables =>
    {
        foreach (var (chunk, stems) in chunks) tables.Put(chunk, stems);
    });

    /// <summary>Removes chunks. Those that are not there are no error.</summary>
    public void Remove(IReadOnlyCollection<long> chunks) => Write(tables =>
    {
        foreach (var chunk in chunks) tables.Remove(chunk);
    });

    /// <summary>Finds the chunks that match best.</summary>
    /// <param name="asked">Words, and words with a blank between them, which count where they stand side by side.</param>
    /// <param name="countMax">Most chunks to find.</param>
    /// <param name="allowed">Tells which chunks may be found; null for all. It is asked when no writer is at work.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public WordRanking Search(IReadOnlyList<string> asked, int countMax, Func<IdSet?> allowed, CancellationToken cancellationToken)
    {
        var terms = asked.Select(StemsOf).Where(stems => stems.Length > 0).ToList();
        if (terms.Count == 0 || countMax < 1) return WordRanking.Empty;
        _lock.EnterReadLock();
        try
        {
            var bm25 = WordSearch.Bm25Of(_tables);
            using var phrases = new PhraseReader(_tables, bm25, cancellationToken);
            var cursors = Cursors(terms, bm25, phrases);
            return cursors.Count == 0 ? WordRanking.Empty : WordSearch.Run(_tables, cursors, countMax, allowed(), cancellationToken);
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static string[] StemsOf(string term) => [.. WordTokens.Of(term).Select(token => token.Stem)];

    // Words of one family have one stem: who asks for two of them asks twice for it.
    private List<TermCursor> Cursors(List<string[]> terms, Bm25 bm25, PhraseReader phrases)
    {
        List<TermCursor> cursors = [];
        foreach (var same in terms.GroupBy(stems => string.Join(ChunkStems.WordEnd, stems), StringComparer.Ordinal))
        {
            var numbers = Array.ConvertAll(same.First(), _tables.Terms.Find);
            if (numbers.Contains(null)) continue;
            var known = Array.ConvertAll(numbers, number => number.GetValueOrDefault());
            if ((known.Length == 1 ? Word(known[0], bm25) : phrases.Find(known)) is not { } cursor) continue;
            cursor.Weight *= same.Count();
            cursor.ScoreMax *= same.Count();
            cursors.Add(cursor);
        }

        return cursors;
    }

    private TermCursor? Word(int term, Bm25 bm25)
    {
        ref readonly var list = ref _tables.Terms[term];
        if (list.ChunksWith == 0) return null;
        var weight = Bm25.Rarity(list.ChunksWith, _tables.Chunks.Count);
        return new TermCursor(WordUnits.Of(term), list.Ordinals, list.Counts, list.Count)
        {
            Weight = weight, ScoreMax = weight * bm25.Share(list.FrequencyMax, list.LengthMin),
        };
    }

    private void Write(Action<WordTables> change)
    {
        Locked(() => change(_tables));
        if (!_tables.Chunks.IsWasteful) return;

        // Only writers change tables, and this is the one: searches go on while it copies.
        var compacted = _tables.Compacted();
        Locked(() => _tables = compacted);
    }

    private void Locked(Action change)
    {
        _lock.EnterWriteLock();
        try
        {
            change();
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }
}
