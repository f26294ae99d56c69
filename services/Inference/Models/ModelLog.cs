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

    [LoggerMessage(2024, LogLevel.Information, "Model {Model} unloaded", EventName = "ModelUnloaded")]
    public static partial void ModelUnloaded(ILogger logger, string model);

    [LoggerMessage(
        2025,
        LogLevel.Warning,
        "The chat template in the file of {Model} is none that llama.cpp knows; by the model's name it is taken to be {Template}",
        EventName = "ChatTemplateUnknown")]
    public static partial void ChatTemplateUnknown(ILogger logger, string model, string template);

    [LoggerMessage(2026, LogLevel.Warning, "Adapter {Adapter} of {Model} cannot be loaded: {Cause}", EventName = "AdapterFailed")]
    public static partial void AdapterFailed(ILogger logger, string model, string adapter, string cause);

    [LoggerMessage(2027, LogLevel.Information, "Adapter {Adapter} of {Model} loaded as {Id}", EventName = "AdapterLoaded")]
    public static partial void AdapterLoaded(ILogger logger, string model, string adapter, int id);

    [LoggerMessage(2028, LogLevel.Information, "Adapter {Adapter} of {Model} unloaded", EventName = "AdapterUnloaded")]
    public static partial void AdapterUnloaded(ILogger logger, string model, string adapter);
}
