using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index.Embedded.Words;

namespace Millrace.Retrieval.Index.Embedded;

/// <summary>A chunk as the file has it.</summary>
/// <param name="Chunk">Its row.</param>
/// <param name="Document">Row of its document.</param>
/// <param name="Stems">Its <see cref="ChunkStems"/>.</param>
internal readonly record struct StoredChunk(long Chunk, long Document, string Stems);

/// <summary>
/// The words of an index and the attributes of its documents, in a SQLite file of its own: what <see cref="WordIndex"/> is filled from.
/// It is derived, so that a power cut may cost its last writes.
/// </summary>
internal sealed class WordsFile : IDisposable
{
    // What a word is and how it is stemmed are part of it. A file of another form is filled anew: so is one from before there were forms,
    // which have 0 there.
    private const int Form = 0x4D57_0002;

    private const string Tables = """
        CREATE TABLE documents (document INTEGER PRIMARY KEY, attributes TEXT NOT NULL);
        CREATE TABLE chunks (chunk INTEGER PRIMARY KEY, document INTEGER NOT NULL, stems TEXT NOT NULL);
        """;

    private readonly string _connectionString;
    private readonly SqliteConnection _writer;

    static WordsFile() => SQLitePCL.Batteries_V2.Init();

    /// <summary>Opens the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dimension">Length of the vectors beside it, for a new file; 0 for a file that must be there.</param>
    /// <exception cref="SqliteException">The file is damaged.</exception>
    /// <exception cref="DamagedWordsException">The file has the form of another version.</exception>
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
            if (Dimension > 0) RequireForm();
        }
        catch (Exception error) when (error is SqliteException or DamagedWordsException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Length of the vectors that belong to it; 0 when it was never finished.</summary>
    public int Dimension { get; private set; }

    /// <summary>The documents.</summary>
    public IReadOnlyList<DocumentAttributes> Documents()
    {
        using var connection = Connect();
        return [.. connection.Query<string>("SELECT attributes FROM documents").Select(Parse)];
    }

    /// <summary>All chunks, read one after the other.</summary>
    public IEnumerable<StoredChunk> Chunks()
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT chunk, document, stems FROM chunks";
        using var reader = command.ExecuteReader();
        while (reader.Read()) yield return new StoredChunk(reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2));
    }

    /// <summary>Adds documents with their chunks; those that are there are written anew. One writer at a time.</summary>
    /// <param name="attributes">The documents.</param>
    /// <param name="chunks">Their chunks.</param>
    public void Put(IEnumerable<DocumentAttributes> attributes, IEnumerable<StoredChunk> chunks)
    {
        using var transaction = _writer.BeginTransaction();
        using var add = Statement(
            """
            INSERT INTO chunks (chunk, document, stems) VALUES ($chunk, $document, $stems)
            ON CONFLICT (chunk) DO UPDATE SET stems = excluded.stems
            """,
            "$chunk",
            "$document",
            "$stems");
        foreach (var document in attributes) Write(document);
        foreach (var chunk in chunks) Execute(add, chunk.Chunk, chunk.Document, chunk.Stems);
        transaction.Commit();
    }

    /// <summary>Takes over what is said of a document. One writer at a time.</summary>
    public void SetAttributes(DocumentAttributes document) => Write(document);

    /// <summary>Removes chunks and documents. One writer at a time.</summary>
    public void Remove(IReadOnlyCollection<long> chunks, IReadOnlyCollection<long> documents)
    {
        using var transaction = _writer.BeginTransaction();
        _writer.Execute("DELETE FROM chunks WHERE chunk = @chunk", chunks.Select(chunk => new { chunk }));
        _writer.Execute("DELETE FROM documents WHERE document = @document", documents.Select(document => new { document }));
        transaction.Commit();
    }

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
        _writer.Execute($"{Tables} PRAGMA user_version={dimension}; PRAGMA application_id={Form}");
        transaction.Commit();
        Dimension = dimension;
    }

    private void RequireForm()
    {
        var form = _writer.ExecuteScalar<int>("PRAGMA application_id");
        if (form != Form) throw new DamagedWordsException($"The file has form {form:x}, and this version reads {Form:x}.");
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        return connection;
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
