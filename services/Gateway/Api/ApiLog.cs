using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api;

/// <summary>Facts about the HTTP door. Event ids 3020 to 3039.</summary>
internal static partial class ApiLog
{
    [LoggerMessage(3020, LogLevel.Information, "{Method} {Route}: the client closed the connection", EventName = "ClientGone")]
    public static partial void ClientGone(ILogger logger, string method, string route);

    /// <summary>Tells the operator of a failure that is the platform's, with its cause; refusals of what was asked are no news.</summary>
    public static void Failed(ILogger logger, string method, string route, MillraceException refusal, Exception error)
    {
        if (refusal.Reason == Reason.Internal) RequestFailed(logger, method, route, error);
        else if (refusal.Reason.Info().Http >= 500) RequestUnserved(logger, method, route, refusal.Reason, refusal.InnerException);
    }

    [LoggerMessage(3021, LogLevel.Error, "{Method} {Route} failed", EventName = "RequestFailed")]
    private static partial void RequestFailed(ILogger logger, string method, string route, Exception error);

    [LoggerMessage(3022, LogLevel.Warning, "{Method} {Route} could not be served: {Reason}", EventName = "RequestUnserved")]
    private static partial void RequestUnserved(ILogger logger, string method, string route, Reason reason, Exception? error);
}
