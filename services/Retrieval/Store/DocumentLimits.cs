using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Store;

/// <summary>How many documents there may be.</summary>
/// <param name="PerCollectionMax">Most documents of a collection.</param>
/// <param name="QueuedMax">Most documents that wait to be worked on, over all tenants.</param>
/// <param name="QueuedPerTenantMax">Most documents of one tenant that wait to be worked on.</param>
internal sealed record DocumentLimits(int PerCollectionMax, int QueuedMax, int QueuedPerTenantMax)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Refuses one more document in a collection.</summary>
    public void RequireRoom(SqliteConnection connection, StoredCollection collection)
    {
        if (collection.DocumentCount >= PerCollectionMax)
            throw MillraceException.InvalidArgument(
                "collection",
                $"The collection '{collection.Key.Name}' has {collection.DocumentCount} documents, which is the most allowed. Use "
                + "another collection.");
        RequireQueueRoom(connection, collection.Key.Tenant);
    }

    /// <summary>Refuses one more document in the queue.</summary>
    public void RequireQueueRoom(SqliteConnection connection, string tenant)
    {
        var (own, all) = connection.QuerySingle<(long Own, long All)>(
            """
            SELECT (SELECT count(*) FROM documents WHERE state = 1 AND tenant = @tenant)
                    + (SELECT count(*) FROM documents WHERE state = 2 AND tenant = @tenant),
                (SELECT count(*) FROM documents WHERE state = 1) + (SELECT count(*) FROM documents WHERE state = 2)
            """,
            new { tenant });
        if (own >= QueuedPerTenantMax || all >= QueuedMax)
            throw new MillraceException(
                Reason.QueueFull,
                $"{(own >= QueuedPerTenantMax ? own : all)} documents wait to be indexed. Upload more when some are ready.")
            {
                RetryAfter = RetryAfter,
            };
    }
}
