namespace Millrace.Retrieval.Seeding;

internal static partial class SeedingLog
{
    [LoggerMessage(4401, LogLevel.Information, "seeded {Count} documents in {DurationMs} ms")]
    public static partial void Seeded(ILogger logger, int count, long durationMs);

    [LoggerMessage(4402, LogLevel.Error, "The seed document '{DocumentId}' could not be ingested: {Error}")]
    public static partial void DocumentFailed(ILogger logger, string documentId, string error);

    [LoggerMessage(
        4403,
        LogLevel.Error,
        "Not all of {Count} seed documents could be found within {Timeout}; is the embedding service up? The service goes on trying")]
    public static partial void TimedOut(ILogger logger, int count, TimeSpan timeout);

    [LoggerMessage(4404, LogLevel.Error, "The folder '{Folder}' could not be seeded; check Seeding:Folder")]
    public static partial void Failed(ILogger logger, string folder, Exception error);
}
