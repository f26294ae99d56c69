using Microsoft.Extensions.Logging;

namespace Millrace.ServiceDefaults.Errors;

/// <summary>Facts about refused and failed requests. Event ids 100 to 119.</summary>
internal static partial class ErrorLog
{
    [LoggerMessage(100, LogLevel.Information, "{Method} refused: {Reason}", EventName = "RequestRefused")]
    public static partial void RequestRefused(ILogger logger, string method, Reason reason);

    [LoggerMessage(103, LogLevel.Warning, "{Method} could not be served: {Reason}", EventName = "RequestUnserved")]
    public static partial void RequestUnserved(ILogger logger, string method, Reason reason, Exception? error);

    [LoggerMessage(101, LogLevel.Information, "{Method} cancelled by its caller", EventName = "RequestCancelled")]
    public static partial void RequestCancelled(ILogger logger, string method);

    [LoggerMessage(102, LogLevel.Error, "{Method} failed", EventName = "RequestFailed")]
    public static partial void RequestFailed(ILogger logger, string method, Exception error);
}
