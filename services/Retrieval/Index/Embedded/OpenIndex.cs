using System.Numerics.Tensors;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Search;
using Millrace.ServiceDefaults.Errors;
using Millrace.VectorIndex;
using Vectors = Millrace.VectorIndex.VectorIndex;

namespace Millrace.Retrieval.Index.Embedded;

/// <summary>How indexes are opened and searched.</summary>
/// <param name="Weights">Weights of the fields in the ranking by words.</param>
/// <param name="FiltersMax">Most filters that an index remembers.</param>
internal sealed record OpenIndexSettings(FieldWeights Weights, int FiltersMax);

/// <summary>One index in its folder: words and attributes in a file, vectors in a graph, and documents in memory. Writers take
/// turns; readers wait for nobody.</summary>
internal sealed class OpenIndex : IDisposable
{
    private readonly OpenIndexSettings _settings;
    private readonly WordsFile _words;
    private readonly Vectors _vectors;
    private readonly DocumentTable _documents;
    private readonly Lock _writers = new();

    private OpenIndex(OpenIndexSettings settings, WordsFile words, Vectors vectors)
    {
        (_settings, _words, _vectors) = (settings, words, vectors);
        _documents = new DocumentTable(settings.FiltersMax);
        Load();
    }

    /// <summary>Length of the vectors.</summary>
    public int Dimension => _words.Dimension;

    /// <summary>Opens an index.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="dimension">Length of the vectors, to create it where it is missing; 0 not to.</param>
    /// <param name="settings">How it is searched.</param>
    /// <returns>The index; null when there is none.</returns>
    /// <exception cref="VectorIndexException">The vectors are damaged.</exception>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The words are damaged.</exception>
    public static OpenIndex? Open(string folder, int dimension, OpenIndexSettings settings)
    {
        var path = Path.Combine(folder, "words.db");
        if (dimension == 0 && !File.Exists(path)) return null;
        Directory.CreateDirectory(folder);
        WordsFile? words = null;
        Vectors? vectors = null;
        OpenIndex? opened = null;
        try
        {
            words = new WordsFile(path, dimension);
            if (words.Dimension == 0) return null;
            vectors = Vectors.Open(Path.Combine(folder, "vectors"), new VectorIndexOptions { Dimension = words.Dimension });
            return opened = new OpenIndex(settings, words, vectors);
        }
        finally
        {
            if (opened is null)
            {
                vectors?.Dispose();
                words?.Dispose();
            }
        }
    }

    /// <summary>Adds documents with their chunks.</summary>
    /// <exception cref="MillraceException">A vector has another length.</exception>
    public void Put(IReadOnlyList<IndexDocument> documents)
    {
        foreach (var chunk in documents.SelectMany(document => document.Chunks)) RequireLength(chunk.Vector.Length, "vector");
        lock (_writers)
        {
            // Who may find a document is known before it can be found.
            foreach (var document in documents) _documents.Put(document.Attributes, document.Chunks.Select(chunk => chunk.Chunk));
            _words.Put(documents);
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
            _words.Remove(chunks, emptied);
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
            _words.SetAttributes(document);
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
    public IndexRanking Keyword(WordQuery query)
    {
        var found = KeywordQuery.From(query.Text) is { } match
            ? _words.Search(match, _settings.Weights, query.CountMax, _documents.Allowed(query.Filter))
            : [];
        return new IndexRanking(found, "bm25", VisitedCount: 0);
    }

    /// <summary>All chunks.</summary>
    public long[] Chunks() => _documents.Chunks();

    /// <inheritdoc/>
    public void Dispose()
    {
        _vectors.Dispose();
        _words.Dispose();
        _documents.Dispose();
    }

    // Words and vectors are two stores, and a kill may come between them: what only one of them has is removed, and so counts as missing.
    private void Load()
    {
        var attributes = _words.Documents().ToDictionary(document => document.Document);
        var stored = _words.Chunks();
        foreach (var chunks in stored.GroupBy(pair => pair.Document, pair => pair.Chunk))
            if (attributes.TryGetValue(chunks.Key, out var document)) _documents.Put(document, chunks);
        var incomplete = stored.Select(pair => pair.Chunk).Where(chunk => !_vectors.Contains(chunk)).ToList();
        incomplete.AddRange(stored.Where(pair => !attributes.ContainsKey(pair.Document)).Select(pair => pair.Chunk));
        var known = stored.Select(pair => pair.Chunk).ToHashSet();
        incomplete.AddRange(_vectors.Ids.Where(chunk => !known.Contains(chunk)));
        if (incomplete.Count > 0) Remove(incomplete);
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
