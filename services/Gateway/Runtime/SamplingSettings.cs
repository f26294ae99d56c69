namespace Millrace.Gateway.Runtime;

/// <summary>How tokens are chosen; null takes the assistant's value, then the engine's default.</summary>
public sealed record SamplingSettings
{
    /// <summary>0 is greedy; up to 2.</summary>
    public float? Temperature { get; init; }

    /// <summary>Nucleus, in (0, 1].</summary>
    public float? TopP { get; init; }

    /// <summary>The k most probable tokens; 0 is off.</summary>
    public uint? TopK { get; init; }

    /// <summary>Tokens at least this fraction as probable as the best one, in [0, 1].</summary>
    public float? MinP { get; init; }

    /// <summary>Locally typical sampling, in (0, 1].</summary>
    public float? TypicalP { get; init; }

    /// <summary>In [-2, 2].</summary>
    public float? FrequencyPenalty { get; init; }

    /// <summary>In [-2, 2].</summary>
    public float? PresencePenalty { get; init; }

    /// <summary>Divides the logits of tokens seen lately; 1 is off.</summary>
    public float? RepetitionPenalty { get; init; }

    /// <summary>Penalty on repeated sequences.</summary>
    public DrySettings Dry { get; init; } = new();

    /// <summary>Sampling at a steady surprise.</summary>
    public MirostatSettings Mirostat { get; init; } = new();

    /// <summary>Makes sampling reproducible.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Added to logits, by token id, in [-100, 100].</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();
}

/// <summary>DRY, a penalty that grows with the length of the sequence that a token would repeat; null takes the engine's default.</summary>
public sealed record DrySettings
{
    /// <summary>Strength; 0 is off.</summary>
    public float? Multiplier { get; init; }

    /// <summary>Growth per token beyond the allowed length.</summary>
    public float? Base { get; init; }

    /// <summary>Length in tokens up to which a repetition is free.</summary>
    public uint? AllowedLength { get; init; }

    /// <summary>How many of the last tokens count; 0 for all.</summary>
    public uint? LastCount { get; init; }

    /// <summary>Strings that no repetition reaches across; none for the engine's own.</summary>
    public IReadOnlyList<string> Breakers { get; init; } = [];
}

/// <summary>Mirostat, which keeps the surprise of the output near a target; null takes the engine's default.</summary>
public sealed record MirostatSettings
{
    /// <summary>0 is off; 1 and 2 are its two versions.</summary>
    public uint? Version { get; init; }

    /// <summary>Target surprise in bits.</summary>
    public float? Tau { get; init; }

    /// <summary>Learning rate.</summary>
    public float? Eta { get; init; }
}
