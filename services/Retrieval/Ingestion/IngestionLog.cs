using Millrace.Retrieval.Index;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Ingestion;

internal static partial class IngestionLog
{
    [LoggerMessage(4101, LogLevel.Information, "{Count} documents wait to be indexed")]
    public static partial void Resumed(ILogger logger, int count);

    [LoggerMessage(4102, LogLevel.Information, "Stored '{DocumentId}' of '{Collection}': {Chunks} chunks in {Duration}")]
    public static partial void Stored(ILogger logger, string documentId, string collection, int chunks, TimeSpan duration);

    [LoggerMessage(4103, LogLevel.Warning, "'{DocumentId}' waits {Delay} to be indexed: {Reason}")]
    public static partial void Postponed(ILogger logger, string documentId, Reason reason, TimeSpan delay);

    [LoggerMessage(4104, LogLevel.Warning, "'{DocumentId}' cannot be indexed: {Reason}")]
    public static partial void Refused(ILogger logger, string documentId, Reason reason);

    [LoggerMessage(4105, LogLevel.Error, "'{DocumentId}' could not be indexed because of a defect")]
    public static partial void Defect(ILogger logger, string documentId, Exception error);

    [LoggerMessage(4106, LogLevel.Error, "A worker failed and goes on")]
    public static partial void WorkerFailed(ILogger logger, Exception error);

    [LoggerMessage(
        4107, LogLevel.Warning, "The index of generation {Generation} cannot be told of changes; it is tried again in {Delay}: {Why}")]
    public static partial void IndexUnreachable(ILogger logger, long generation, TimeSpan delay, string why);

    [LoggerMessage(
        4108,
        LogLevel.Warning,
        "The index {Index} differed from the documents: {Missing} documents are put again, {Extra} chunks removed")]
    public static partial void IndexRepaired(ILogger logger, IndexId index, int missing, int extra);

    [LoggerMessage(4109, LogLevel.Information, "Generation {Generation} holds every document and is searched from now on")]
    public static partial void Reindexed(ILogger logger, long generation);

    [LoggerMessage(4110, LogLevel.Warning, "Generation {Generation} waits {Delay} to be built: {Reason}")]
    public static partial void ReindexPostponed(ILogger logger, long generation, Reason reason, TimeSpan delay);

    [LoggerMessage(4111, LogLevel.Error, "Generation {Generation} cannot be built, and the one before it stays: {Why}")]
    public static partial void ReindexFailed(ILogger logger, long generation, string why);

    [LoggerMessage(4112, LogLevel.Warning, "A change of '{DocumentId}' was stored, and the index will be told of it later")]
    public static partial void UpdateBehind(ILogger logger, string documentId);

    [LoggerMessage(4113, LogLevel.Information, "The database was of an older version: {Count} documents are indexed anew")]
    public static partial void Upgraded(ILogger logger, int count);

    [LoggerMessage(4114, LogLevel.Information, "'{DocumentId}' comes into generation {Generation}, which is being built, later: {Why}")]
    public static partial void BuiltLater(ILogger logger, string documentId, long generation, string why);
}
