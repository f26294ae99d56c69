using Microsoft.Data.Sqlite;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Index.Embedded.Words;
using Millrace.Retrieval.Search;

namespace Millrace.Retrieval.Tests.Index.Words;

/// <summary>SQLite's FTS5 over the same chunks: what the word index is compared with.</summary>
internal sealed class FullTextIndex : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly FieldWeights _weights;

    /// <param name="path">A new file; <c>:memory:</c> for none.</param>
    /// <param name="weights">Weights of the fields.</param>
    public FullTextIndex(string path, FieldWeights weights)
    {
        SQLitePCL.Batteries_V2.Init();
        _weights = weights;
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        _connection.Open();
        Execute("CREATE VIRTUAL TABLE words USING fts5(title, breadcrumb, body, tokenize='porter unicode61 remove_diacritics 2')");
    }

    /// <summary>Adds chunks; those that are there are replaced.</summary>
    public void Put(IEnumerable<(long Chunk, ChunkWords Words)> chunks)
    {
        using var transaction = _connection.BeginTransaction();
        foreach (var (chunk, words) in chunks)
        {
            Execute("DELETE FROM words WHERE rowid = $1", chunk);
            Execute(
                "INSERT INTO words (rowid, title, breadcrumb, body) VALUES ($1, $2, $3, $4)",
                chunk,
                words.Title,
                words.Breadcrumb,
                words.Body);
        }

        transaction.Commit();
    }

    /// <summary>Removes a chunk.</summary>
    public void Remove(long chunk) => Execute("DELETE FROM words WHERE rowid = $1", chunk);

    /// <summary>The best chunks, best first, of equal scores the lower id first.</summary>
    public List<ScoredChunk> Search(string text, int countMax)
    {
        List<ScoredChunk> found = [];
        var terms = KeywordQuery.Terms(text);
        if (terms.Count == 0) return found;
        using var command = Command(
            """
            SELECT rowid, -bm25(words, $2, $3, $4) AS score FROM words WHERE words MATCH $1 ORDER BY score DESC, rowid LIMIT $5
            """,
            string.Join(" OR ", terms.Select(term => $"\"{term}\"")),
            _weights.Title,
            _weights.Breadcrumb,
            _weights.Body,
            countMax);
        using var reader = command.ExecuteReader();
        while (reader.Read()) found.Add(new ScoredChunk(reader.GetInt64(0), reader.GetDouble(1)));
        return found;
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private void Execute(string sql, params ReadOnlySpan<object> values)
    {
        using var command = Command(sql, values);
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue($"${i + 1}", values[i]);
        return command;
    }
}
