namespace Millrace.Inference.Engine;

/// <summary>What one engine may use.</summary>
internal sealed record EngineLimits
{
    /// <summary>Sequences that are decoded together.</summary>
    public required int SlotsMax { get; init; }

    /// <summary>Sequences that may wait.</summary>
    public required int QueueDepthMax { get; init; }

    /// <summary>Tokens of one sequence, prompt and answer together.</summary>
    public required int ContextTokens { get; init; }

    /// <summary>Tokens computed in one step.</summary>
    public required int StepTokensMax { get; init; }

    /// <summary>Ended sequences whose state is kept for others that begin alike; 0 keeps none.</summary>
    public int CachedSequencesMax { get; init; }

    /// <summary>Their tokens that are kept in memory outside the KV cells; 0 to keep them in the cells.</summary>
    public int StashedTokensMax { get; init; }

    /// <summary>Whether all sequences share the KV cells; otherwise each slot has an equal part of its own.</summary>
    public bool SharesCells { get; init; } = true;

    /// <summary>How long a request may take, waiting included.</summary>
    public required TimeSpan GenerationTimeMax { get; init; }
}
