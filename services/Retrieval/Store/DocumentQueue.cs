using Dapper;
using Microsoft.Data.Sqlite;

namespace Millrace.Retrieval.Store;

/// <summary>The documents that wait to be worked on. Tenants take turns, so that none waits for another's thousand documents.</summary>
internal sealed class DocumentQueue(RetrievalDatabase database, TimeProvider time)
{
    /// <summary>Whether a document is being worked on; one of which only the index is still to be told is not.</summary>
    internal const string IsInterrupted = """
        state = 2 AND NOT EXISTS (
            SELECT 1 FROM outbox o JOIN editions e ON e.generation = o.generation AND e.document = o.document AND e.live = 1
                JOIN collections c ON c.active = o.generation
            WHERE o.document = documents.row AND o.kind = 1 AND o.document_version = documents.version
                AND e.document_version = documents.version)
        """;

    // Only the writer's lane reads and changes it.
    private string _lastTenant = "";

    /// <summary>Documents that wait anew because the file was of an older version; null when it was not.</summary>
    public int? RequeuedByUpgrade => database.RequeuedByUpgrade;

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Queues again what a killed process left half done.</summary>
    /// <returns>How many documents wait now.</returns>
    public Task<int> ResumeAsync(CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            connection.Execute($"UPDATE documents SET state = 1, retry_at_ms = 0 WHERE {IsInterrupted}");
            return connection.ExecuteScalar<int>("SELECT count(*) FROM documents WHERE state = 1");
        },
        cancellationToken);

    /// <summary>Takes the document whose turn it is, if one is due.</summary>
    public Task<ClaimedDocument?> ClaimAsync(CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            if (NextTenant(connection) is not { } tenant) return null;
            _lastTenant = tenant;
            var row = connection.QuerySingle<DocumentRow>(
                $"{DocumentRow.Select} WHERE d.row = (SELECT row FROM documents WHERE state = 1 AND tenant = @tenant "
                + "AND retry_at_ms <= @NowMs ORDER BY retry_at_ms, row LIMIT 1)",
                new { tenant, NowMs });
            connection.Execute("UPDATE documents SET state = 2, attempts = attempts + 1 WHERE row = @Row", new { row.Row });
            var content = connection.QuerySingle<byte[]>("SELECT original FROM contents WHERE document = @Row", new { row.Row });
            var collection = CollectionStore.Find(connection, row.CollectionRow)
                ?? throw new InvalidOperationException("A document waits for a collection that is deleted.");
            return new ClaimedDocument(row.ToDocument(), content, collection, collection.Active);
        },
        cancellationToken);

    /// <summary>How long until the next document is due; null when none waits.</summary>
    public TimeSpan? UntilNext() => database.Read(connection =>
        connection.ExecuteScalar<long?>("SELECT min(retry_at_ms) FROM documents WHERE state = 1")) is { } dueMs
        ? TimeSpan.FromMilliseconds(Math.Max(0, dueMs - NowMs))
        : null;

    /// <summary>Documents that wait.</summary>
    public long Depth() => database.Read(connection => connection.ExecuteScalar<long>("SELECT count(*) FROM documents WHERE state = 1"));

    /// <summary>Puts a document back into the queue, or gives it up.</summary>
    /// <param name="claimed">The document.</param>
    /// <param name="error">Why, and what to do.</param>
    /// <param name="retryAfter">When to try again; null for never.</param>
    /// <param name="cancellationToken">Gives up while waiting for other writers.</param>
    /// <returns>Whether it was still to be worked on as it was.</returns>
    public Task<bool> FailAsync(ClaimedDocument claimed, string error, TimeSpan? retryAfter, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection => connection.Execute(
                """
                UPDATE documents SET error = @error, retry_at_ms = @retryAtMs,
                    state = CASE WHEN job IN (SELECT row FROM jobs WHERE cancelled = 1) THEN 4 ELSE @state END
                WHERE row = @Row AND version = @Version AND attempts = @Attempts AND state = 2
                """,
                new
                {
                    state = (int)(retryAfter is null ? DocumentState.Failed : DocumentState.Queued),
                    error,
                    retryAtMs = NowMs + (long)(retryAfter?.TotalMilliseconds ?? 0),
                    claimed.Row,
                    claimed.Document.Version,
                    Attempts = claimed.Document.Attempts + 1,
                }) == 1,
            cancellationToken);

    private string? NextTenant(SqliteConnection connection) =>
        FirstTenant(connection, "tenant > @_lastTenant") ?? FirstTenant(connection, "tenant <= @_lastTenant");

    private string? FirstTenant(SqliteConnection connection, string which) => connection.QuerySingleOrDefault<string?>(
        $"SELECT tenant FROM documents WHERE state = 1 AND {which} AND retry_at_ms <= @NowMs ORDER BY tenant LIMIT 1",
        new { _lastTenant, NowMs });
}
