using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Search;

internal static partial class SearchLog
{
    [LoggerMessage(4201, LogLevel.Warning, "Searched by keywords alone, since the query could not be embedded: {Reason}")]
    public static partial void DenseUnavailable(ILogger logger, Reason reason);

    [LoggerMessage(4202, LogLevel.Warning, "Kept the order before reranking, since the reranker did not answer: {Reason}")]
    public static partial void RerankUnavailable(ILogger logger, Reason reason);
}
