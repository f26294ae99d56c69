using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Runs;

/// <summary>Facts about runs. Event ids 3120 to 3129.</summary>
internal static partial class RunLog
{
    [LoggerMessage(
        3120,
        LogLevel.Warning,
        "The answer {Run} is taken over from a gateway that has stopped, with {Frames} frames",
        EventName = "RunTakenOver")]
    public static partial void TakenOver(ILogger logger, string run, int frames);

    [LoggerMessage(3121, LogLevel.Warning, "The answer {Run} can no longer be written by this gateway", EventName = "RunLost")]
    public static partial void Lost(ILogger logger, string run, Exception error);

    [LoggerMessage(
        3122,
        LogLevel.Error,
        "The answer {Run} was taken over {Times} times and is given up: something in it may stop gateways",
        EventName = "RunGivenUp")]
    public static partial void GivenUp(ILogger logger, string run, uint times);

    [LoggerMessage(
        3123, LogLevel.Warning, "Answers that go on in the background cannot be looked for: {Reason}", EventName = "OrphanSearchFailed")]
    public static partial void SearchFailed(ILogger logger, Reason reason);
}
