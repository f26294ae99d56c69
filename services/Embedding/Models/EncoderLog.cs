namespace Millrace.Embedding.Models;

/// <summary>Facts about encoders. Event ids 300 to 309.</summary>
internal static partial class EncoderLog
{
    [LoggerMessage(300, LogLevel.Information, "Loaded {Model} ({Task}) from {Path}", EventName = "EncoderLoaded")]
    public static partial void EncoderLoaded(ILogger logger, string model, EncoderTask task, string path);

    [LoggerMessage(301, LogLevel.Critical, "The encoders cannot be loaded: {Message}", EventName = "EncodersFailed")]
    public static partial void EncodersFailed(ILogger logger, string message);
}
