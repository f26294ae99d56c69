using System.Numerics.Tensors;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index.Embedded.Words;
using Millrace.Retrieval.Search;
using Millrace.ServiceDefaults.Errors;
using Millrace.VectorIndex;
using Vectors = Millrace.VectorIndex.VectorIndex;

namespace Millrace.Retrieval.Index.Embedded;

/// <summary>How indexes are opened and searched.</summary>
/// <param name="Weights">Weights of the fields in the ranking by words.</param>
/// <param name="FiltersMax">Most filters that an index remembers.</param>
/// <param name="MapVectors">Whether vectors stay in their files, mapped into memory.</param>
internal sealed record OpenIndexSettings(FieldWeights Weights, int FiltersMax, bool MapVectors = false);

/// <summary>One index in its folder: words and attributes in a file, vectors in a graph, and what ranks by words and the documents in
/// memory. Writers take turns; readers wait at most while a batch is entered in memory.</summary>
internal sealed class OpenIndex : IDisposable
{
    private readonly OpenIndexSettings _settings;
    private readonly WordsFile _file;
    private readonly WordIndex _words;
    private readonly Vectors _vectors;
    private readonly DocumentTable _documents;
    private readonly Lock _writers = new();

    private OpenIndex(OpenIndexSettings settings, WordsFile file, Vectors vectors)
    {
        (_settings, _file, _vectors) = (settings, file, vectors);
        _documents = new DocumentTable(settings.FiltersMax);
        _words = Load(out var incomplete);
        if (incomplete.Count > 0) Remove(incomplete);
    }

    /// <summary>Length of the vectors.</summary>
    public int Dimension => _file.Dimension;

    /// <summary>Opens an index.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="dimension">Length of the vectors, to create it where it is missing; 0 not to.</param>
    /// <param name="settings">How it is searched.</param>
    /// <returns>The index; null when there is none.</returns>
    /// <exception cref="VectorIndexException">The vectors are damaged.</exception>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The words are damaged.</exception>
    /// <exception cref="DamagedWordsException">The words are damaged, or have the form of another version.</exception>
    public static OpenIndex? Open(string folder, int dimension, OpenIndexSettings settings)
    {
        var path = Path.Combine(folder, "words.db");
        if (dimension == 0 && !File.Exists(path)) return null;
        Directory.CreateDirectory(folder);
        WordsFile? file = null;
        Vectors? vectors = null;
        OpenIndex? opened = null;
        try
        {
            file = new WordsFile(path, dimension);
            if (file.Dimension == 0) return null;
            vectors = Vectors.Open(
                Path.Combine(folder, "vectors"),
                new VectorIndexOptions { Dimension = file.Dimension, MapSnapshot = settings.MapVectors });
            return opened = new OpenIndex(settings, file, vectors);
        }
        finally
        {
            if (opened is null)
            {
                vectors?.Dispose();
                file?.Dispose();
            }
        }
    }

    /// <summary>Adds documents with their chunks.</summary>
    /// <exception cref="MillraceException">A vector has another length.</exception>
    public void Put(IReadOnlyList<IndexDocument> documents)
    {
        foreach (var chunk in documents.SelectMany(document => document.Chunks)) RequireLength(chunk.Vector.Length, "vector");
        var stored = documents.SelectMany(document => document.Chunks.Select(
            chunk => new StoredChunk(chunk.Chunk, document.Attributes.Document, ChunkStems.Of(chunk.Words)))).ToList();
        lock (_writers)
        {
            // Who may find a document is known before it can be found.
            foreach (var document in documents) _documents.Put(document.Attributes, document.Chunks.Select(chunk => chunk.Chunk));
            _file.Put(documents.Select(document => document.Attributes), stored);
            _words.Put([.. stored.Select(chunk => (chunk.Chunk, chunk.Stems))]);
            var chunks = documents.SelectMany(document => document.Chunks).ToList();
            var values = new float[chunks.Count * Dimension];
            for (var i = 0; i < chunks.Count; i++) chunks[i].Vector.Span.CopyTo(values.AsSpan(i * Dimension));
            _vectors.UpsertBatch(chunks.Select(chunk => chunk.Chunk).ToArray(), values);
        }
    }

    /// <summary>Removes chunks.</summary>
    public void Remove(IReadOnlyCollection<long> chunks)
    {
        lock (_writers)
        {
            var emptied = _documents.Remove(chunks);
            _file.Remove(chunks, emptied);
            _words.Remove(chunks);
            _vectors.DeleteBatch(chunks.ToArray());
        }
    }

    /// <summary>Takes over what is said of a document.</summary>
    public void SetAttributes(DocumentAttributes document)
    {
        lock (_writers)
        {
            if (!_documents.Contains(document.Document)) return;
            _documents.SetAttributes(document);
            _file.SetAttributes(document);
        }
    }

    /// <summary>The nearest chunks.</summary>
    /// <exception cref="MillraceException">The query's vector has another length.</exception>
    public IndexRanking Dense(DenseQuery query)
    {
        RequireLength(query.Vector.Length, "query_vector");
        if (!(TensorPrimitives.Norm(query.Vector.Span) > 0))
            throw MillraceException.InvalidArgument("query_vector", "query_vector has no direction: all of its values are 0.");
        var found = new VectorHit[query.CountMax];
        var options = new VectorIndex.SearchOptions { Filter = _documents.Allowed(query.Filter), Exact = query.Exact };
        var count = _vectors.Search(query.Vector.Span, query.CountMax, found, options, out var explanation);
        return new IndexRanking(
            [.. found.Take(count).Select(hit => new ScoredChunk(hit.Id, hit.Score))], Name(explanation.Plan), explanation.Compared);
    }

    /// <summary>The chunks with the best matching words.</summary>
    /// <param name="query">What is asked.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public IndexRanking Keyword(WordQuery query, CancellationToken cancellationToken)
    {
        var found = _words.Search(
            KeywordQuery.Terms(query.Text), query.CountMax, () => _documents.Allowed(query.Filter), cancellationToken);
        return new IndexRanking(found.Chunks, "bm25", found.ScoredCount);
    }

    /// <summary>All chunks.</summary>
    public long[] Chunks() => _documents.Chunks();

    /// <inheritdoc/>
    public void Dispose()
    {
        _vectors.Dispose();
        _words.Dispose();
        _file.Dispose();
        _documents.Dispose();
    }

    // Words and vectors are two stores, and a kill may come between them: what only one of them has is removed, and so counts as missing.
    private WordIndex Load(out List<long> incomplete)
    {
        var attributes = _file.Documents().ToDictionary(document => document.Document);
        var documentOf = new Dictionary<long, long>();
        var words = new WordIndex(_settings.Weights, Stored(documentOf));
        foreach (var chunks in documentOf.GroupBy(pair => pair.Value, pair => pair.Key))
            if (attributes.TryGetValue(chunks.Key, out var document)) _documents.Put(document, chunks);
        var halves = documentOf.Where(pair => !_vectors.Contains(pair.Key) || !attributes.ContainsKey(pair.Value));
        incomplete = [.. halves.Select(pair => pair.Key)];
        incomplete.AddRange(_vectors.Ids.Where(chunk => !documentOf.ContainsKey(chunk)));
        return words;
    }

    private IEnumerable<(long Chunk, string Stems)> Stored(Dictionary<long, long> documentOf)
    {
        foreach (var chunk in _file.Chunks())
        {
            documentOf.Add(chunk.Chunk, chunk.Document);
            yield return (chunk.Chunk, chunk.Stems);
        }
    }

    private void RequireLength(int length, string param)
    {
        if (length != Dimension)
            throw MillraceException.InvalidArgument(
                param,
                $"The vector has {length} values, and the collection's have {Dimension}. Embed with the collection's model and dimension.");
    }

    private static string Name(SearchPlan plan) => plan switch
    {
        SearchPlan.Graph => "graph",
        SearchPlan.FilteredGraph => "filtered graph",
        SearchPlan.Scan => "exact scan",
        SearchPlan.GraphThenScan => "filtered graph, then exact scan",
        _ => "nothing to search",
    };
}
