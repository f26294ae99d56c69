using Microsoft.Extensions.Logging;

namespace Qdrant.Client;

internal static partial class QdrantClientLog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "{Operation} failed")]
    public static partial void OperationFailed(this ILogger logger, string operation, Exception exception);
}
