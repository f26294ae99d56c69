namespace Millrace.Guardrails.Classification;

/// <summary>What is learned of one label.</summary>
/// <param name="Name">The label.</param>
/// <param name="Scale">What a stored weight is multiplied by.</param>
/// <param name="Bias">The score of a text without features.</param>
/// <param name="Slope">Slope of the line that a score becomes the logarithm of the odds by.</param>
/// <param name="Offset">Offset of that line.</param>
internal sealed record ClassifierLabel(string Name, float Scale, float Bias, float Slope, float Offset)
{
    /// <summary>The probability that a sum of stored weights stands for.</summary>
    public float ProbabilityOf(float sum) => 1 / (1 + MathF.Exp(-((((sum * Scale) + Bias) * Slope) + Offset)));
}

/// <summary>A linear classifier of hashed features. Immutable.</summary>
/// <param name="Labels">Its labels.</param>
/// <param name="BucketBits">Logarithm to the base 2 of the number of buckets.</param>
/// <param name="Weights">Weights of all labels of bucket 0, then of bucket 1 and so on.</param>
/// <param name="DataChecksum">Checksum of the data it was trained on, as hexadecimal digits.</param>
internal sealed record ClassifierModel(IReadOnlyList<ClassifierLabel> Labels, int BucketBits, sbyte[] Weights, string DataChecksum)
{
    /// <summary>Most labels.</summary>
    public const int LabelsMax = 32;

    /// <summary>Most buckets, as a logarithm.</summary>
    public const int BucketBitsMax = 22;

    /// <summary>Number of weights that a model of this form has.</summary>
    public static int WeightsOf(int labels, int bucketBits) => labels << bucketBits;
}
