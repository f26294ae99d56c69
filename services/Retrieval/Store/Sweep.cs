using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.Retrieval.Index;

namespace Millrace.Retrieval.Store;

/// <summary>Removes what nothing needs any more, in small steps, so that no writer waits long.</summary>
internal sealed class Sweep(RetrievalDatabase database, TimeProvider time)
{
    private const int RowsPerStep = 100;
    private const int ChunksPerStep = 1_000;

    /// <summary>The generations that are retired, and those that could not be built and still have chunks, each with its index.</summary>
    /// <param name="age">How long ago at least: a search that began before may still look at it.</param>
    public IReadOnlyList<IndexId> Retired(TimeSpan age) => database.Read(connection =>
        connection.Query<(string Tenant, long Collection, long Generation)>(
            """
            SELECT c.tenant, c.row, g.row FROM generations g JOIN collections c ON c.row = g.collection
            WHERE (g.state = 3 AND g.retired_at_ms <= @latest)
                OR (g.state = 4 AND EXISTS (SELECT 1 FROM editions e WHERE e.generation = g.row)) ORDER BY g.row
            """,
            new { latest = (time.GetUtcNow() - age).ToUnixTimeMilliseconds() })
            .Select(row => new IndexId(row.Tenant, row.Collection, row.Generation)).ToList());

    /// <summary>Removes some chunks of a generation whose index is gone, and at last the generation itself, unless it is to tell why it
    /// could not be built.</summary>
    /// <returns>Whether anything of it is left.</returns>
    public Task<bool> RemoveSomeAsync(IndexId index, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            if (RemoveChunks(connection, index.Generation) + RemoveEmptied(connection, index.Generation) > 0) return true;
            connection.Execute("DELETE FROM generations WHERE row = @Generation AND state = 3", new { index.Generation });
            return false;
        },
        cancellationToken);

    /// <summary>Removes some documents of deleted collections, and at last the collections.</summary>
    /// <returns>Whether anything of them is left.</returns>
    public Task<bool> RemoveDeletedAsync(CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute(
            """
            DELETE FROM documents WHERE row IN (
                SELECT d.row FROM collections c JOIN documents d ON d.collection = c.row WHERE c.deleted = 1
                    AND NOT EXISTS (SELECT 1 FROM generations g WHERE g.collection = c.row) LIMIT @RowsPerStep)
            """,
            new { RowsPerStep }) > 0
            || connection.Execute(
                """
                DELETE FROM collections WHERE deleted = 1 AND NOT EXISTS (SELECT 1 FROM generations g WHERE g.collection = collections.row)
                """) < 0,
        cancellationToken);

    // A document may have thousands of chunks: they go before it does.
    private static int RemoveChunks(SqliteConnection connection, long generation) => connection.Execute(
        """
        DELETE FROM chunks WHERE row IN (
            SELECT k.row FROM editions e JOIN chunks k ON k.edition = e.row WHERE e.generation = @generation LIMIT @ChunksPerStep)
        """,
        new { generation, ChunksPerStep });

    private static int RemoveEmptied(SqliteConnection connection, long generation) => connection.Execute(
        """
        DELETE FROM editions WHERE row IN (SELECT e.row FROM editions e WHERE e.generation = @generation
            AND NOT EXISTS (SELECT 1 FROM chunks k WHERE k.edition = e.row) LIMIT @RowsPerStep)
        """,
        new { generation, RowsPerStep });
}
