using Dapper;
using Millrace.Retrieval.Index;

namespace Millrace.Retrieval.Store;

/// <summary>Removes what nothing needs any more, in small steps, so that no writer waits long.</summary>
internal sealed class Sweep(RetrievalDatabase database, TimeProvider time)
{
    private const int RowsPerStep = 100;

    /// <summary>The generations that are retired, each with its index.</summary>
    /// <param name="age">How long ago at least: a search that began before may still look at it.</param>
    public IReadOnlyList<IndexId> Retired(TimeSpan age) => database.Read(connection =>
        connection.Query<(string Tenant, long Collection, long Generation)>(
            """
            SELECT c.tenant, c.row, g.row FROM generations g JOIN collections c ON c.row = g.collection
            WHERE g.state = 3 AND g.retired_at_ms <= @latest ORDER BY g.row
            """,
            new { latest = (time.GetUtcNow() - age).ToUnixTimeMilliseconds() })
            .Select(row => new IndexId(row.Tenant, row.Collection, row.Generation)).ToList());

    /// <summary>Removes some documents of a generation whose index is gone, and at last the generation itself.</summary>
    /// <returns>Whether anything of it is left.</returns>
    public Task<bool> RemoveSomeAsync(IndexId index, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            var removed = connection.Execute(
                "DELETE FROM editions WHERE row IN (SELECT row FROM editions WHERE generation = @Generation LIMIT @RowsPerStep)",
                new { index.Generation, RowsPerStep });
            if (removed > 0) return true;
            connection.Execute("DELETE FROM generations WHERE row = @Generation", new { index.Generation });
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
}
