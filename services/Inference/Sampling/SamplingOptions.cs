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

    /// <summary>
    /// Locally typical: the tokens whose surprise is closest to the mean one until their probabilities reach this sum. In (0, 1]; 1 is off.
    /// </summary>
    public float TypicalP { get; init; } = 1;

    /// <summary>Subtracted from a token's logit once per occurrence in the output. In [-2, 2].</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Subtracted from the logit of a token that occurred in the output. In [-2, 2].</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Divides positive logits of tokens seen lately and multiplies negative ones. In (0, 10]; 1 is off.</summary>
    public float RepeatPenalty { get; init; } = 1;

    /// <summary>How many of the last tokens, prompt included, <see cref="RepeatPenalty"/> looks at.</summary>
    public int RepeatLastN { get; init; } = 64;

    /// <summary>
    /// DRY: subtracts this times <see cref="DryBase"/> to the power of the length beyond <see cref="DryAllowedLength"/> from the logit of a
    /// token that would extend a repetition. In [0, 100]; 0 is off.
    /// </summary>
    public float DryMultiplier { get; init; }

    /// <summary>By what a penalty grows with each further token of a repetition. In [1, 8].</summary>
    public float DryBase { get; init; } = 1.75f;

    /// <summary>The shortest repetition, in tokens, whose extension is penalised. From 1 to 1,024.</summary>
    public int DryAllowedLength { get; init; } = 2;

    /// <summary>How many of the last tokens, prompt included, DRY looks at; 0 for all.</summary>
    public int DryLastN { get; init; }

    /// <summary>Strings that no repetition reaches across; at most 16 of at most 32 bytes.</summary>
    public IReadOnlyList<string> DryBreakers { get; init; } = ["\n", ":", "\"", "*"];

    /// <summary>Mirostat's version, 1 or 2; 0 is off. It takes the place of top-k, top-p, min-p and typical.</summary>
    public int Mirostat { get; init; }

    /// <summary>The surprise in bits that mirostat aims at. In (0, 20].</summary>
    public float MirostatTau { get; init; } = 5;

    /// <summary>How fast mirostat corrects itself. In (0, 1].</summary>
    public float MirostatEta { get; init; } = 0.1f;

    /// <summary>Added to logits, by token id. In [-100, 100].</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>Makes sampling reproducible; null for a random seed.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Whether the most probable token is always chosen.</summary>
    public bool IsGreedy => Temperature == 0;

    /// <summary>Whether the output's own tokens change the logits.</summary>
    public bool PenalisesOutput => FrequencyPenalty != 0 || PresencePenalty != 0;

    /// <summary>Whether some tokens are excluded before one is drawn.</summary>
    public bool Filters => TopP < 1 || TopK > 0 || MinP > 0 || TypicalP < 1;
}
