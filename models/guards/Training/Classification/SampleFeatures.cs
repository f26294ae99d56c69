using Millrace.Guardrails.Classification;

namespace Millrace.GuardTraining.Classification;

/// <summary>The features of a sample, as buckets with their values.</summary>
/// <param name="Buckets">The buckets; one may come more than once.</param>
/// <param name="Values">As many values.</param>
internal sealed record SampleFeatures(int[] Buckets, float[] Values)
{
    /// <summary>Reads a sample.</summary>
    public static SampleFeatures Of(Sample sample, ClassifierOptions options)
    {
        var sink = new Collector(64 - options.BucketBits);
        TextFeatures.Read(sample.Text, ref sink);
        var norm = TextClassifier.NormOf(sink.Count);
        var values = sink.Weights.Select(weight => weight * norm).Concat(sample.Known.Select(_ => options.KnownValue));
        foreach (var hash in sample.Known) sink.Add(hash, 1);
        return new SampleFeatures([.. sink.Buckets], [.. values]);
    }

    private struct Collector(int shift) : IFeatureSink
    {
        public List<int> Buckets { get; } = [];

        public List<int> Weights { get; } = [];

        public int Count { get; private set; }

        public void Add(ulong hash, int weight)
        {
            Buckets.Add((int)(hash >> shift));
            Weights.Add(weight);
            Count += weight;
        }
    }
}
