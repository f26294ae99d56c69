using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Search;

internal static partial class SearchLog
{
    [LoggerMessage(4201, LogLevel.Warning, "Searched without {What}, since the service for it did not answer: {Reason}")]
    public static partial void Degraded(ILogger logger, string what, Reason reason);
}
