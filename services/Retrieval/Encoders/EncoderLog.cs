namespace Millrace.Retrieval.Encoders;

/// <summary>Facts about tokenizers. Event ids 4501 to 4599.</summary>
internal static partial class EncoderLog
{
    [LoggerMessage(
        4501, LogLevel.Information, "Counts the tokens of '{Model}' by calls, since its tokenizer cannot be had: {Reason}")]
    public static partial void CountsByCalls(ILogger logger, string model, string reason);

    [LoggerMessage(
        4502, LogLevel.Warning, "Counts the tokens of '{Model}' by calls, since its tokenizer counts otherwise here: {Difference}")]
    public static partial void CountsDiffer(ILogger logger, string model, string difference);

    [LoggerMessage(
        4503, LogLevel.Warning, "The tokenizer in '{Path}' is not usable and is asked for again: {Reason}")]
    public static partial void FileNotUsable(ILogger logger, string path, string reason);

    [LoggerMessage(
        4504, LogLevel.Warning, "The tokenizer of '{Model}' could not be written and will be asked for after a restart: {Reason}")]
    public static partial void FileNotWritten(ILogger logger, string model, string reason);
}
