namespace Millrace.GuardTraining.Classification;

/// <summary>One text to learn from.</summary>
/// <param name="Text">The text.</param>
/// <param name="Labels">The labels that hold, as a set of bits; label 0 is the lowest.</param>
/// <param name="Group">Texts of one group were made from the same sentence: they are held out together, or figures would flatter.</param>
internal sealed record Sample(string Text, uint Labels, int Group)
{
    /// <summary>Hashes of what else is known of it.</summary>
    public IReadOnlyList<ulong> Known { get; init; } = [];

    /// <summary>Whether a label holds.</summary>
    public bool Has(int label) => (Labels >> label & 1) != 0;
}

/// <summary>How a classifier is trained.</summary>
internal sealed record ClassifierOptions
{
    /// <summary>Logarithm of the number of buckets.</summary>
    public int BucketBits { get; init; } = 17;

    /// <summary>How often every sample is seen.</summary>
    public int Epochs { get; init; } = 12;

    /// <summary>Step of the descent.</summary>
    public float Rate { get; init; } = 0.25f;

    /// <summary>How strongly weights are drawn to zero.</summary>
    public float Decay { get; init; } = 2e-5f;

    /// <summary>Parts for calibration; each part's scores come from a model that did not see it.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>Exponent of the weight of the rarer class: 0 for none, 1 for full balance.</summary>
    public float Balance { get; init; } = 0.5f;

    /// <summary>Value of a feature that is known; those of a text together have a length of about one.</summary>
    public float KnownValue { get; init; } = 1;

    /// <summary>Share of positives, by label, that probabilities are calibrated for; of others it is that of the samples.</summary>
    public IReadOnlyDictionary<string, double> Shares { get; init; } = new Dictionary<string, double>();

    /// <summary>Seed of the order of the samples and of the folds.</summary>
    public int Seed { get; init; } = 20_261;
}
