namespace Millrace.Embedding.Engine;

/// <summary>Facts about the engines. Event ids 310 to 319.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(310, LogLevel.Critical, "The engine of {Model} failed and computes nothing any more", EventName = "EngineFailed")]
    public static partial void EngineFailed(ILogger logger, string model, Exception error);
}
