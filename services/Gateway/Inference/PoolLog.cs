using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Inference;

/// <summary>Facts about the inference pool. Event ids 3000 to 3004.</summary>
internal static partial class PoolLog
{
    [LoggerMessage(3000, LogLevel.Warning, "Member {Member} of the inference pool failed: {Reason}", EventName = "MemberFailed")]
    public static partial void MemberFailed(ILogger logger, string member, Reason reason);

    [LoggerMessage(3001, LogLevel.Warning, "Member {Member} of the inference pool does not answer", EventName = "MemberLost")]
    public static partial void MemberLost(ILogger logger, string member);

    [LoggerMessage(3002, LogLevel.Information, "Member {Member} of the inference pool answers again", EventName = "MemberBack")]
    public static partial void MemberBack(ILogger logger, string member);
}
