namespace Millrace.Retrieval.Index.Embedded;

internal static partial class EmbeddedIndexLog
{
    [LoggerMessage(4501, LogLevel.Warning, "The index in '{Folder}' was damaged and is built anew from the documents: {Why}")]
    public static partial void Discarded(ILogger logger, string folder, string why);

    [LoggerMessage(4502, LogLevel.Warning, "The index in '{Folder}' cannot be read or written now")]
    public static partial void Unusable(ILogger logger, string folder, Exception error);
}
