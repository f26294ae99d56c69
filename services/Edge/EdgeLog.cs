using Yarp.ReverseProxy.Forwarder;

namespace Millrace.Edge;

/// <summary>Facts about the edge. Event ids 500 to 519.</summary>
internal static partial class EdgeLog
{
    [LoggerMessage(500, LogLevel.Warning, "A request was not forwarded to its end: {Error} ({Cause}); its answer had begun: {HasStarted}",
        EventName = "ForwardingFailed")]
    public static partial void ForwardingFailed(ILogger logger, ForwarderError error, string cause, bool hasStarted);
}
