namespace Millrace.Gateway.Api;

/// <summary>Facts about the HTTP door. Event ids 3020 to 3039.</summary>
internal static partial class ApiLog
{
    [LoggerMessage(3020, LogLevel.Information, "{Method} {Route}: the client closed the connection", EventName = "ClientGone")]
    public static partial void ClientGone(ILogger logger, string method, string route);

    [LoggerMessage(3021, LogLevel.Error, "{Method} {Route} failed", EventName = "RequestFailed")]
    public static partial void RequestFailed(ILogger logger, string method, string route, Exception error);
}
