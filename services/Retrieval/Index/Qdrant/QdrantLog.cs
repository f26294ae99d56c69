namespace Millrace.Retrieval.Index.Qdrant;

internal static partial class QdrantLog
{
    [LoggerMessage(4401, LogLevel.Warning, "Qdrant did not answer {Operation} (attempt {Attempt}); it is asked again in {DelayMs} ms")]
    public static partial void Retried(ILogger logger, string operation, int attempt, double delayMs);

    [LoggerMessage(4402, LogLevel.Information, "Created the Qdrant collection {Collection} for vectors of {Dimension} numbers")]
    public static partial void CollectionCreated(ILogger logger, string collection, int dimension);

    [LoggerMessage(4403, LogLevel.Information, "Deleted the Qdrant collection {Collection}")]
    public static partial void CollectionDeleted(ILogger logger, string collection);

    [LoggerMessage(4404, LogLevel.Warning, "The Qdrant collection {Collection} is gone; it is made again and filled from the documents")]
    public static partial void CollectionLost(ILogger logger, string collection);
}
