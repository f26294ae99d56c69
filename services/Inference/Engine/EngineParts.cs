using Millrace.Inference.Detokenization;
using Millrace.Inference.Speculation;
using Millrace.Inference.Telemetry;

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

    /// <summary>Proposes tokens that may follow; null for none. The engine disposes it.</summary>
    public IDrafter? Drafter { get; init; }

    /// <summary>Most tokens that are proposed at a time.</summary>
    public int DraftTokensMax { get; init; }

    /// <summary>Where figures go.</summary>
    public required EngineMetrics Metrics { get; init; }

    /// <summary>The time.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Where facts go.</summary>
    public required ILogger Logger { get; init; }
}
