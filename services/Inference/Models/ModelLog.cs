namespace Millrace.Inference.Models;

/// <summary>Facts about models. Event ids 2020 to 2039.</summary>
internal static partial class ModelLog
{
    [LoggerMessage(2020, LogLevel.Information, "Model {Model} loaded from {Path} in {ElapsedMs:0} ms", EventName = "ModelLoaded")]
    public static partial void ModelLoaded(ILogger logger, string model, string path, double elapsedMs);

    [LoggerMessage(2021, LogLevel.Warning, "Model {Model} cannot be loaded: {Cause}", EventName = "ModelFailed")]
    public static partial void ModelFailed(ILogger logger, string model, string cause);

    [LoggerMessage(
        2022, LogLevel.Critical, "The default model cannot be served, so this member stops: {Cause}", EventName = "DefaultModelFailed")]
    public static partial void DefaultModelFailed(ILogger logger, string cause);

    [LoggerMessage(
        2023,
        LogLevel.Warning,
        "Model {Model} was trained with {TrainedTokens} tokens, and Inference:ContextTokens allows {ContextTokens}: answers get worse",
        EventName = "ContextBeyondTraining")]
    public static partial void ContextBeyondTraining(ILogger logger, string model, int trainedTokens, int contextTokens);
}
