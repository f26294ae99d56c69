using Millrace.ServiceDefaults.Errors;
using Yarp.ReverseProxy.Forwarder;

namespace Millrace.Edge;

/// <summary>Facts about the edge. Event ids 500 to 519.</summary>
internal static partial class EdgeLog
{
    [LoggerMessage(500, LogLevel.Warning, "A request was not forwarded to its end: {Error} ({Cause}); its answer had begun: {HasStarted}",
        EventName = "ForwardingFailed")]
    public static partial void ForwardingFailed(ILogger logger, ForwarderError error, string cause, bool hasStarted);

    [LoggerMessage(501, LogLevel.Information, "API keys loaded: {Count}; a request needs one: {Required}", EventName = "KeysLoaded")]
    public static partial void KeysLoaded(ILogger logger, int count, bool required);

    [LoggerMessage(502, LogLevel.Error, "API keys were not loaded again, the ones before stay in force: {Problem}",
        EventName = "KeysNotLoaded")]
    public static partial void KeysNotLoaded(ILogger logger, string problem);

    [LoggerMessage(503, LogLevel.Warning, "No API keys: every program on this machine may do everything", EventName = "NoKeys")]
    public static partial void NoKeys(ILogger logger);

    [LoggerMessage(504, LogLevel.Debug, "A request was refused: {Reason}", EventName = "Refused")]
    public static partial void Refused(ILogger logger, Reason reason);

    [LoggerMessage(505, LogLevel.Information, "Gateways: {Addresses}", EventName = "GatewaysSet")]
    public static partial void GatewaysSet(ILogger logger, string addresses);

    [LoggerMessage(506, LogLevel.Warning, "A gateway could not be connected to; the request goes to another one", EventName = "Redirected")]
    public static partial void Redirected(ILogger logger);

    [LoggerMessage(507, LogLevel.Warning, "Limits are counted by this edge alone, since Redis does not answer ({Cause})",
        EventName = "LimitsAlone")]
    public static partial void LimitsAlone(ILogger logger, string cause);

    [LoggerMessage(508, LogLevel.Information, "Limits are counted in Redis again", EventName = "LimitsShared")]
    public static partial void LimitsShared(ILogger logger);

    [LoggerMessage(509, LogLevel.Warning, "The tokens of an answer are not known, its estimate stands ({Cause})",
        EventName = "UsageUnknown")]
    public static partial void UsageUnknown(ILogger logger, string cause);

    [LoggerMessage(510, LogLevel.Information, "TLS certificate loaded; it ends on {End}", EventName = "CertificateLoaded")]
    public static partial void CertificateLoaded(ILogger logger, DateTime end);

    [LoggerMessage(511, LogLevel.Error, "The changed TLS certificate cannot be used, the one before stays: {Problem}",
        EventName = "CertificateNotLoaded")]
    public static partial void CertificateNotLoaded(ILogger logger, string problem);

    [LoggerMessage(512, LogLevel.Error, "Changed settings are not valid, the ones before stay in force: {Problem}",
        EventName = "SettingsNotApplied")]
    public static partial void SettingsNotApplied(ILogger logger, string problem);
}
