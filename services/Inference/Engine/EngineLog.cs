namespace Millrace.Inference.Engine;

/// <summary>Facts about engines. Event ids 2000 to 2019.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(2000, LogLevel.Warning, "A step of {Model} failed: {Cause}", EventName = "StepFailed")]
    public static partial void StepFailed(ILogger logger, string model, string cause);

    [LoggerMessage(2001, LogLevel.Critical, "The engine of {Model} ended on a defect", EventName = "EngineBroken")]
    public static partial void EngineBroken(ILogger logger, string model, Exception error);

    [LoggerMessage(
        2002,
        LogLevel.Information,
        "Engine of {Model} started: {Slots} slots, {KvCells} KV cells, {ContextTokens} tokens per request",
        EventName = "EngineStarted")]
    public static partial void EngineStarted(ILogger logger, string model, int slots, int kvCells, int contextTokens);
}
