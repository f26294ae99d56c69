namespace Millrace.GuardTraining.Classification;

/// <summary>Weights in full precision, as they are learned: those of all labels of a bucket lie together.</summary>
internal sealed class LinearModel(int labels, int bucketBits)
{
    /// <summary>Number of labels.</summary>
    public int Labels => labels;

    /// <summary>The weights.</summary>
    public float[] Weights { get; } = new float[labels << bucketBits];

    /// <summary>The score of a sample without features, for each label.</summary>
    public float[] Biases { get; } = new float[labels];

    /// <summary>Adds up a sample's scores.</summary>
    public void Score(SampleFeatures features, Span<float> scores)
    {
        Biases.CopyTo(scores);
        for (var i = 0; i < features.Buckets.Length; i++)
        {
            var row = Weights.AsSpan(features.Buckets[i] * labels, labels);
            for (var label = 0; label < labels; label++) scores[label] += row[label] * features.Values[i];
        }
    }
}
