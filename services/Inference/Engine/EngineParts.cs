using Millrace.Inference.Detokenization;

namespace Millrace.Inference.Engine;

/// <summary>What an engine is made of.</summary>
internal sealed record EngineParts
{
    /// <summary>Runs steps; the engine disposes it.</summary>
    public required ISequenceRunner Runner { get; init; }

    /// <summary>The model's tokens.</summary>
    public required ITokenVocabulary Vocabulary { get; init; }

    /// <summary>What the engine may use.</summary>
    public required EngineLimits Limits { get; init; }

    /// <summary>The time.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Where facts go.</summary>
    public required ILogger Logger { get; init; }
}
