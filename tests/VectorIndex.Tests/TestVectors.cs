using System.Numerics.Tensors;

namespace Millrace.VectorIndex.Tests;

/// <summary>Vectors from a seed, and what is nearest among them by comparing all.</summary>
internal sealed class TestVectors
{
    private readonly Random _random;

    public TestVectors(int dimension, int seed)
    {
        Dimension = dimension;
        _random = new Random(seed);
    }

    public int Dimension { get; }

    /// <summary>One vector from a normal distribution around a centre, or around zero.</summary>
    public float[] Next(ReadOnlySpan<float> centre = default, double spread = 1)
    {
        var vector = new float[Dimension];
        for (var i = 0; i < Dimension; i++) vector[i] = (float)(spread * Normal()) + (centre.IsEmpty ? 0 : centre[i]);
        return vector;
    }

    /// <summary>Several vectors.</summary>
    public float[][] Take(int count) => [.. Enumerable.Range(0, count).Select(_ => Next())];

    /// <summary>The k nearest of those that pass, nearest first, with their scores.</summary>
    public static IReadOnlyList<VectorHit> Nearest(
        IEnumerable<KeyValuePair<long, float[]>> vectors, float[] query, int k, Metric metric) =>
    [
        .. vectors.Select(entry => new VectorHit(entry.Key, Score(entry.Value, query, metric)))
            .OrderByDescending(hit => hit.Score)
            .Take(k),
    ];

    public static float Score(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Metric metric) => metric switch
    {
        Metric.Cosine => TensorPrimitives.CosineSimilarity(a, b),
        Metric.DotProduct => TensorPrimitives.Dot(a, b),
        _ => -MathF.Pow(TensorPrimitives.Distance(a, b), 2),
    };

    /// <summary>Share of the nearest that were found.</summary>
    public static double Recall(IReadOnlyList<VectorHit> found, IReadOnlyList<VectorHit> nearest) =>
        nearest.Count == 0 ? 1 : found.Select(hit => hit.Id).Intersect(nearest.Select(hit => hit.Id)).Count() / (double)nearest.Count;

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
