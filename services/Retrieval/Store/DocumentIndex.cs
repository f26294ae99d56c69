using Dapper;
using Microsoft.Data.Sqlite;

namespace Millrace.Retrieval.Store;

/// <summary>The documents from the worker's side: which one is next, and what came of it.</summary>
internal sealed class DocumentIndex(RetrievalDatabase database, VectorCache vectors, TimeProvider time)
{
    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Queues again what a killed process left half done.</summary>
    /// <returns>How many documents wait now.</returns>
    public Task<int> ResumeAsync(CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            connection.Execute("UPDATE documents SET state = 1, retry_at_ms = 0 WHERE state = 2");
            return connection.ExecuteScalar<int>("SELECT count(*) FROM documents WHERE state = 1");
        },
        cancellationToken);

    /// <summary>Takes the document that waits longest, if one is due.</summary>
    public Task<ClaimedDocument?> ClaimAsync(CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            var row = connection.QueryFirstOrDefault<DocumentRow>(
                $"SELECT {DocumentRow.Columns} FROM documents d WHERE d.state = 1 AND d.retry_at_ms <= @NowMs ORDER BY d.retry_at_ms, "
                + "d.row LIMIT 1",
                new { NowMs });
            if (row is null) return null;
            connection.Execute("UPDATE documents SET state = 2 WHERE row = @Row", new { row.Row });
            var content = connection.QuerySingle<byte[]>("SELECT original FROM contents WHERE document = @Row", new { row.Row });
            var collection = CollectionStore.Find(connection, row.CollectionRow);
            return new ClaimedDocument(row.Row, collection, row.ToDocument(collection.Key), content, row.Attempts);
        },
        cancellationToken);

    /// <summary>How long until the next document is due; null when none waits.</summary>
    public TimeSpan? UntilNext() => database.Read(connection =>
        connection.ExecuteScalar<long?>("SELECT min(retry_at_ms) FROM documents WHERE state = 1")) is { } dueMs
        ? TimeSpan.FromMilliseconds(Math.Max(0, dueMs - NowMs))
        : null;

    /// <summary>Replaces a document's chunks by new ones, in one transaction, unless it was replaced or deleted in the meantime.</summary>
    /// <returns>Whether the chunks are in the index.</returns>
    public async Task<bool> CompleteAsync(ClaimedDocument claimed, IndexedDocument indexed, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            connection =>
            {
                if (!IsCurrent(connection, claimed)) return null;
                RemoveChunks(connection, claimed.Collection.Row, claimed.Row);
                SetReady(connection, claimed, indexed);
                return AddChunks(connection, claimed, indexed);
            },
            rows => Remember(claimed, indexed, rows),
            cancellationToken) is not null;

    /// <summary>Puts a document back into the queue, or gives it up.</summary>
    /// <param name="claimed">The document.</param>
    /// <param name="error">Why, and what to do.</param>
    /// <param name="retryAfter">When to try again; null for never.</param>
    /// <param name="cancellationToken">Gives up while waiting for other writers.</param>
    public Task<bool> FailAsync(ClaimedDocument claimed, string error, TimeSpan? retryAfter, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection =>
            {
                if (!IsCurrent(connection, claimed)) return false;
                var state = (int)(retryAfter is null ? DocumentState.Failed : DocumentState.Queued);
                var retryAtMs = NowMs + (long)(retryAfter?.TotalMilliseconds ?? 0);
                connection.Execute(
                    "UPDATE documents SET state = @state, error = @error, attempts = attempts + 1, retry_at_ms = @retryAtMs "
                    + "WHERE row = @Row",
                    new { state, error, retryAtMs, claimed.Row });
                return true;
            },
            cancellationToken);

    /// <summary>Removes a document's chunks from the tables of a collection.</summary>
    internal static void RemoveChunks(SqliteConnection connection, long collection, long document)
    {
        connection.Execute(
            $"DELETE FROM {Schema.FullText(collection)} WHERE rowid IN (SELECT row FROM chunks WHERE document = @document)",
            new { document });
        connection.Execute("DELETE FROM chunks WHERE document = @document", new { document });
    }

    private void Remember(ClaimedDocument claimed, IndexedDocument indexed, IReadOnlyList<long>? rows)
    {
        if (rows is not null)
            vectors.Replace(claimed.Collection.Row, claimed.Row, rows, [.. indexed.Chunks.Select(chunk => chunk.Vector)]);
    }

    private static bool IsCurrent(SqliteConnection connection, ClaimedDocument claimed) => connection.ExecuteScalar<long>(
        "SELECT count(*) FROM documents WHERE row = @Row AND version = @Version AND state = 2",
        new { claimed.Row, claimed.Document.Version }) == 1;

    private static List<long> AddChunks(SqliteConnection connection, ClaimedDocument claimed, IndexedDocument indexed)
    {
        using var insert = new ChunkInsert(connection, claimed, indexed.Title);
        return [.. indexed.Chunks.Select((chunk, ordinal) => insert.Execute(chunk, ordinal))];
    }

    private static void SetReady(SqliteConnection connection, ClaimedDocument claimed, IndexedDocument indexed)
    {
        connection.Execute(
            "UPDATE documents SET state = 3, error = '', attempts = 0, title = @Title, chunk_count = @Count WHERE row = @Row",
            new { indexed.Title, indexed.Chunks.Count, claimed.Row });
        connection.Execute("UPDATE contents SET text = @Text WHERE document = @Row", new { indexed.Text, claimed.Row });
        if (indexed.EmbeddingModel.Length > 0)
            connection.Execute(
                "UPDATE collections SET embedding_model = @EmbeddingModel WHERE row = @Row AND embedding_model = ''",
                new { indexed.EmbeddingModel, claimed.Collection.Row });
    }
}
