namespace Millrace.Inference.Sampling;

/// <summary>How the next token is chosen. The defaults sample from the model's own distribution.</summary>
internal sealed record SamplingOptions
{
    /// <summary>Divides logits; 0 is greedy. In [0, 2].</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Nucleus: the smallest set of tokens whose probabilities reach this sum. In (0, 1]; 1 is off.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>The k most probable tokens; 0 is off.</summary>
    public int TopK { get; init; }

    /// <summary>Tokens at least this fraction as probable as the best one. In [0, 1]; 0 is off.</summary>
    public float MinP { get; init; }

    /// <summary>Subtracted from a token's logit once per occurrence in the output. In [-2, 2].</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Subtracted from the logit of a token that occurred in the output. In [-2, 2].</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Divides positive logits of tokens seen lately and multiplies negative ones. In (0, 10]; 1 is off.</summary>
    public float RepeatPenalty { get; init; } = 1;

    /// <summary>How many of the last tokens, prompt included, <see cref="RepeatPenalty"/> looks at.</summary>
    public int RepeatLastN { get; init; } = 64;

    /// <summary>Added to logits, by token id. In [-100, 100].</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>Makes sampling reproducible; null for a random seed.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Whether the most probable token is always chosen.</summary>
    public bool IsGreedy => Temperature == 0;

    /// <summary>Whether the output's own tokens change the logits.</summary>
    public bool PenalisesOutput => FrequencyPenalty != 0 || PresencePenalty != 0;

    /// <summary>Whether some tokens are excluded before one is drawn.</summary>
    public bool Filters => TopP < 1 || TopK > 0 || MinP > 0;
}
