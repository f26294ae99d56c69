using Microsoft.Extensions.Logging;

namespace Millrace.Upstreams;

/// <summary>Facts about upstreams. Event ids 2100 to 2139.</summary>
internal static partial class UpstreamLog
{
    [LoggerMessage(
        2100,
        LogLevel.Information,
        "Upstream {Upstream} at {Host} serves {Models}",
        EventName = "UpstreamConfigured")]
    public static partial void UpstreamConfigured(ILogger logger, string upstream, string host, string models);

    [LoggerMessage(
        2101,
        LogLevel.Information,
        "Upstream {Upstream} failed ({Reason}); retry {Retry} in {DelayMs:0} ms",
        EventName = "UpstreamRetried")]
    public static partial void UpstreamRetried(ILogger logger, string upstream, string reason, int retry, double delayMs);

    [LoggerMessage(
        2102,
        LogLevel.Warning,
        "The circuit of upstream {Upstream} is open: it failed repeatedly and is not asked until a probe succeeds",
        EventName = "CircuitOpened")]
    public static partial void CircuitOpened(ILogger logger, string upstream);

    [LoggerMessage(2103, LogLevel.Information, "The circuit of upstream {Upstream} is closed: it works again", EventName = "CircuitClosed")]
    public static partial void CircuitClosed(ILogger logger, string upstream);

    [LoggerMessage(
        2104,
        LogLevel.Warning,
        "Upstream {Upstream} broke off while it answered ({Reason})",
        EventName = "UpstreamBrokeOff")]
    public static partial void UpstreamBrokeOff(ILogger logger, string upstream, string reason);

    [LoggerMessage(
        2105,
        LogLevel.Warning,
        "Upstream {Upstream} reported token counts that cannot be; its answer's own pieces are counted instead",
        EventName = "UsageImplausible")]
    public static partial void UsageImplausible(ILogger logger, string upstream);
}
