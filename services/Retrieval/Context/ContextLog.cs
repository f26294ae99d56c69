using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Context;

internal static partial class ContextLog
{
    [LoggerMessage(4301, LogLevel.Warning, "Packed the context by an upper bound of its tokens, since they could not be counted: {Reason}")]
    public static partial void CountedByBound(ILogger logger, Reason reason);
}
