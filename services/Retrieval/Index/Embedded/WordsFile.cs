using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.Retrieval.Filtering;
using Millrace.VectorIndex.Filtering;

namespace Millrace.Retrieval.Index.Embedded;

/// <summary>Weights of the parts of a chunk in the ranking by words.</summary>
/// <param name="Title">Of the document's title.</param>
/// <param name="Breadcrumb">Of the headings above the chunk.</param>
/// <param name="Body">Of its text.</param>
internal sealed record FieldWeights(double Title, double Breadcrumb, double Body);

/// <summary>
/// The words of an index and the attributes of its documents, in a SQLite file of its own: its word statistics are its own, and no query
/// can reach another's. It is derived, so that a power cut may cost its last writes.
/// </summary>
internal sealed class WordsFile : IDisposable
{
    private const string Tables = """
        CREATE TABLE documents (document INTEGER PRIMARY KEY, attributes TEXT NOT NULL);
        CREATE TABLE chunks (chunk INTEGER PRIMARY KEY, document INTEGER NOT NULL);
        CREATE VIRTUAL TABLE words USING fts5(title, breadcrumb, body, tokenize='porter unicode61 remove_diacritics 2');
        """;

    private readonly string _connectionString;
    private readonly SqliteConnection _writer;

    static WordsFile() => SQLitePCL.Batteries_V2.Init();

    /// <summary>Opens the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dimension">Length of the vectors beside it, for a new file; 0 for a file that must be there.</param>
    /// <exception cref="SqliteException">The file is damaged.</exception>
    public WordsFile(string path, int dimension)
    {
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = true }.ToString();
        _writer = new SqliteConnection(_connectionString);
        try
        {
            _writer.Open();
            _writer.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=16777216;");
            Dimension = _writer.ExecuteScalar<int>("PRAGMA user_version");
            if (Dimension == 0 && dimension > 0) Create(dimension);
        }
        catch (SqliteException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Length of the vectors that belong to it; 0 when it was never finished.</summary>
    public int Dimension { get; private set; }

    /// <summary>The documents.</summary>
    public IReadOnlyList<DocumentAttributes> Documents() => Reading(connection =>
        connection.Query<string>("SELECT attributes FROM documents").Select(Parse).ToList());

    /// <summary>The chunks, each with its document.</summary>
    public IReadOnlyList<(long Chunk, long Document)> Chunks() => Reading(connection =>
        connection.Query<(long Chunk, long Document)>("SELECT chunk, document FROM chunks").ToList());

    /// <summary>Adds documents with their chunks; those that are there are written anew. One writer at a time.</summary>
    public void Put(IReadOnlyList<IndexDocument> documents)
    {
        using var transaction = _writer.BeginTransaction();
        using var remove = Statement("DELETE FROM words WHERE rowid = $chunk", "$chunk");
        using var map = Statement("INSERT OR IGNORE INTO chunks (chunk, document) VALUES ($chunk, $document)", "$chunk", "$document");
        using var add = Statement(
            "INSERT INTO words (rowid, title, breadcrumb, body) VALUES ($chunk, $title, $breadcrumb, $body)",
            "$chunk",
            "$title",
            "$breadcrumb",
            "$body");
        foreach (var document in documents)
        {
            Write(document.Attributes);
            foreach (var chunk in document.Chunks)
            {
                if (Execute(map, chunk.Chunk, document.Attributes.Document) == 0) Execute(remove, chunk.Chunk);
                Execute(add, chunk.Chunk, chunk.Words.Title, chunk.Words.Breadcrumb, chunk.Words.Body);
            }
        }

        transaction.Commit();
    }

    /// <summary>Takes over what is said of a document. One writer at a time.</summary>
    public void SetAttributes(DocumentAttributes document) => Write(document);

    /// <summary>Removes chunks and documents. One writer at a time.</summary>
    public void Remove(IReadOnlyCollection<long> chunks, IReadOnlyCollection<long> documents)
    {
        using var transaction = _writer.BeginTransaction();
        _writer.Execute(
            "DELETE FROM words WHERE rowid = @chunk; DELETE FROM chunks WHERE chunk = @chunk", chunks.Select(chunk => new { chunk }));
        _writer.Execute("DELETE FROM documents WHERE document = @document", documents.Select(document => new { document }));
        transaction.Commit();
    }

    /// <summary>The best chunks by BM25, best first; a higher score is better.</summary>
    /// <param name="match">An FTS5 query.</param>
    /// <param name="weights">Weights of the fields.</param>
    /// <param name="countMax">Most chunks to return.</param>
    /// <param name="allowed">The chunks that may be found; null for all.</param>
    public IReadOnlyList<ScoredChunk> Search(string match, FieldWeights weights, int countMax, IdSet? allowed) => Reading(connection =>
        connection.Query<(long Row, double Score)>(
                $"""
                SELECT rowid, -bm25(words, @Title, @Breadcrumb, @Body) AS score FROM words WHERE words MATCH @match
                ORDER BY score DESC, rowid {(allowed is null ? "LIMIT @countMax" : "")}
                """,
                new { match, weights.Title, weights.Breadcrumb, weights.Body, countMax },
                buffered: false)
            .Where(row => allowed is null || allowed.Passes(row.Row))
            .Take(countMax)
            .Select(row => new ScoredChunk(row.Row, row.Score)).ToList());

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
        using var pooled = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(pooled);
    }

    private void Create(int dimension)
    {
        using var transaction = _writer.BeginTransaction();
        _writer.Execute($"{Tables} PRAGMA user_version={dimension}");
        transaction.Commit();
        Dimension = dimension;
    }

    private T Reading<T>(Func<SqliteConnection, T> read)
    {
        using var connection = new SqliteConnection(_connectionString);
        connection.Open();
        return read(connection);
    }

    private void Write(DocumentAttributes document) => _writer.Execute(
        "INSERT OR REPLACE INTO documents (document, attributes) VALUES (@Document, @attributes)",
        new { document.Document, attributes = JsonSerializer.Serialize(document) });

    private SqliteCommand Statement(string sql, params ReadOnlySpan<string> parameters)
    {
        var command = _writer.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters) command.Parameters.Add(new SqliteParameter { ParameterName = name });
        return command;
    }

    private static int Execute(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        return command.ExecuteNonQuery();
    }

    private static DocumentAttributes Parse(string json) => JsonSerializer.Deserialize<DocumentAttributes>(json)
        ?? throw new InvalidOperationException("The attributes of a document are empty.");
}
