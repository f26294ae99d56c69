using System.Numerics.Tensors;

namespace Millrace.Bench.VectorIndex;

/// <summary>
/// Vectors like those of an embedding model: points of a mixture of Gaussians in a space of few dimensions, mapped at random into one of
/// many, with unit length. The same seed gives the same vectors.
/// </summary>
internal sealed class LatentMixture
{
    private const int Latent = 32;
    private const int Clusters = 2_000;
    private const double Spread = 0.6;
    private const double Noise = 0.02;

    private readonly Random _random;
    private readonly int _dimension;
    private readonly float[] _centres;
    private readonly float[] _map;

    public LatentMixture(int dimension, int seed)
    {
        _random = new Random(seed);
        _dimension = dimension;
        _centres = Normals(Clusters * Latent, 1);
        _map = Normals(dimension * Latent, 1 / Math.Sqrt(Latent));
    }

    /// <summary>The next vectors, one after another in one array.</summary>
    public float[] Next(int count)
    {
        var vectors = new float[(long)count * _dimension];
        for (var i = 0; i < count; i++) Write(vectors.AsSpan(i * _dimension, _dimension));
        return vectors;
    }

    private void Write(Span<float> vector)
    {
        var latent = Normals(Latent, Spread);
        TensorPrimitives.Add(latent, _centres.AsSpan(_random.Next(Clusters) * Latent, Latent), latent);
        for (var i = 0; i < vector.Length; i++)
            vector[i] = TensorPrimitives.Dot<float>(latent, _map.AsSpan(i * Latent, Latent)) + (float)(Noise * Normal());
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
    }

    private float[] Normals(int count, double scale)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++) values[i] = (float)(Normal() * scale);
        return values;
    }

    // Box and Muller's way, one of the two.
    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
