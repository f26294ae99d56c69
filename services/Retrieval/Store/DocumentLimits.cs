using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Store;

/// <summary>How many documents there may be.</summary>
/// <param name="PerCollectionMax">Most documents of a collection.</param>
/// <param name="QueuedMax">Most documents that wait to be worked on, over all collections.</param>
internal sealed record DocumentLimits(int PerCollectionMax, int QueuedMax)
{
    /// <summary>Refuses one more document in a collection.</summary>
    public void RequireRoom(SqliteConnection connection, StoredCollection collection)
    {
        if (collection.DocumentCount >= PerCollectionMax)
            throw MillraceException.InvalidArgument(
                "collection",
                $"The collection '{collection.Key.Name}' has {collection.DocumentCount} documents, which is the most allowed. Use "
                + "another collection.");
        RequireQueueRoom(connection);
    }

    /// <summary>Refuses one more document in the queue.</summary>
    public void RequireQueueRoom(SqliteConnection connection)
    {
        var waiting = connection.ExecuteScalar<long>("SELECT count(*) FROM documents WHERE state IN (1, 2)");
        if (waiting >= QueuedMax)
            throw new MillraceException(Reason.QueueFull, $"{waiting} documents wait to be indexed. Upload more when some are ready.")
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            };
    }
}
