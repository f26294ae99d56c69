using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Batches;

/// <summary>Facts about batches; never what is in them. Event ids 3100 to 3119.</summary>
internal static partial class BatchLog
{
    [LoggerMessage(3100, LogLevel.Information, "Batch {Batch} is worked on; {Done} lines have a result", EventName = "BatchTaken")]
    public static partial void Taken(ILogger logger, string batch, int done);

    [LoggerMessage(3101, LogLevel.Information, "Batch {Batch} ended: {State}", EventName = "BatchEnded")]
    public static partial void Ended(ILogger logger, string batch, string state);

    [LoggerMessage(3102, LogLevel.Information, "Batch {Batch} is another gateway's now", EventName = "BatchLost")]
    public static partial void Lost(ILogger logger, string batch);

    [LoggerMessage(3103, LogLevel.Warning, "Batches cannot be worked on: {Reason}", EventName = "BatchesUnserved")]
    public static partial void Unserved(ILogger logger, Reason reason);

    [LoggerMessage(3104, LogLevel.Error, "A batch could not be worked on because of a defect", EventName = "BatchFailed")]
    public static partial void Failed(ILogger logger, Exception error);
}
