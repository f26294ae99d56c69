using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Ingestion;

internal static partial class IngestionLog
{
    [LoggerMessage(4101, LogLevel.Information, "{Count} documents wait to be indexed")]
    public static partial void Resumed(ILogger logger, int count);

    [LoggerMessage(4102, LogLevel.Information, "Indexed '{DocumentId}' of '{Collection}': {Chunks} chunks in {Duration}")]
    public static partial void Ready(ILogger logger, string documentId, string collection, int chunks, TimeSpan duration);

    [LoggerMessage(4103, LogLevel.Warning, "'{DocumentId}' waits {Delay} to be indexed: {Reason}")]
    public static partial void Postponed(ILogger logger, string documentId, Reason reason, TimeSpan delay);

    [LoggerMessage(4104, LogLevel.Warning, "'{DocumentId}' cannot be indexed: {Reason}")]
    public static partial void Refused(ILogger logger, string documentId, Reason reason);

    [LoggerMessage(4105, LogLevel.Error, "'{DocumentId}' could not be indexed because of a defect")]
    public static partial void Defect(ILogger logger, string documentId, Exception error);

    [LoggerMessage(4106, LogLevel.Error, "A worker failed and goes on")]
    public static partial void WorkerFailed(ILogger logger, Exception error);
}
