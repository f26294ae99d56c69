using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Upstreams;

/// <summary>What a client of a member sees of ends that are no refusals. Event ids 3005 to 3009.</summary>
internal static partial class UpstreamFaults
{
    /// <summary>The caller went away.</summary>
    public static MillraceException Cancelled(Exception? cause = null) => new(Reason.Cancelled, "The request was cancelled.", cause);

    /// <summary>An end that is a cancellation, or a defect of ours: that is logged, and told without internals.</summary>
    public static MillraceException Of(Exception error, ILogger logger)
    {
        if (error is OperationCanceledException) return Cancelled(error);
        Failed(logger, error);
        return new MillraceException(
            Reason.Internal, "The Gateway's own upstreams failed by a defect. Its log has the details under this request's id.", error);
    }

    [LoggerMessage(3005, LogLevel.Error, "A call of an own upstream failed by a defect", EventName = "OwnUpstreamFailed")]
    private static partial void Failed(ILogger logger, Exception error);
}
