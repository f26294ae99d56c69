using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Inference;

/// <summary>Facts about the inference pool. Event ids 3000 to 3019.</summary>
internal static partial class PoolLog
{
    [LoggerMessage(3000, LogLevel.Warning, "Member {Member} of the inference pool failed: {Reason}", EventName = "MemberFailed")]
    public static partial void MemberFailed(ILogger logger, string member, Reason reason);
}
