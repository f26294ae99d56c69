using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Millrace.Bench.Harness;

namespace Millrace.Bench.VectorIndex;

/// <summary>Vectors to store, queries that are not among them, and what is really nearest.</summary>
/// <param name="Name">What results call it.</param>
/// <param name="Dimension">Numbers in each vector.</param>
/// <param name="Vectors">The vectors, of unit length, one after another.</param>
/// <param name="Queries">The queries, likewise.</param>
internal sealed record Corpus(string Name, int Dimension, float[] Vectors, float[] Queries)
{
    /// <summary>Neighbours that are asked for.</summary>
    public const int Neighbours = 10;

    private const int QueryCount = 1_000;
    private const int Seed = 7;

    private readonly Lazy<int[][]> _nearest = new(() => FindNearest(Vectors, Queries, Dimension));

    /// <summary>Its name as a part of a file's.</summary>
    public string FileName => string.Concat(Name.Where(letter => letter != ',')).Replace(' ', '-');

    /// <summary>Vectors that are stored.</summary>
    public int Count => Vectors.Length / Dimension;

    /// <summary>Queries.</summary>
    public int Asked => Queries.Length / Dimension;

    /// <summary>Vectors from a seed.</summary>
    public static Corpus Generate(int count, int dimension, int asked = QueryCount)
    {
        var mixture = new LatentMixture(dimension, Seed);
        return new($"{count / 1_000}k x {dimension}", dimension, mixture.Next(count), mixture.Next(asked));
    }

    /// <summary>Reads vectors in the fvecs format: each as its dimension, an int32, then its float32. The last are queries.</summary>
    /// <exception cref="BenchException">The file has another format, or too few vectors.</exception>
    public static Corpus Read(string path)
    {
        var numbers = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path));
        var dimension = numbers.Length > 0 ? BitConverter.SingleToInt32Bits(numbers[0]) : 0;
        if (dimension <= 0 || numbers.Length % (dimension + 1) != 0 || numbers.Length / (dimension + 1) <= QueryCount * 2)
            throw new BenchException($"'{path}' must be of fvecs format (int32 dimension, then floats) with over {QueryCount * 2}.");
        var rows = numbers.Length / (dimension + 1);
        var all = new float[rows * dimension];
        for (var i = 0; i < rows; i++) Normalise(numbers.Slice((i * (dimension + 1)) + 1, dimension), all.AsSpan(i * dimension, dimension));
        var stored = (rows - QueryCount) * dimension;
        return new($"{Path.GetFileNameWithoutExtension(path)}, {rows - QueryCount} x {dimension}", dimension, all[..stored], all[stored..]);
    }

    /// <summary>Share of the really nearest among answers, <see cref="Neighbours"/> for each query.</summary>
    public double Recall(ReadOnlySpan<long> ids)
    {
        var found = 0;
        for (var i = 0; i < Asked; i++)
            foreach (var nearest in _nearest.Value[i])
                if (ids.Slice(i * Neighbours, Neighbours).Contains(nearest)) found++;
        return (double)found / (Asked * Neighbours);
    }

    private static void Normalise(ReadOnlySpan<float> vector, Span<float> target) =>
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm(vector), target);

    private static int[][] FindNearest(float[] vectors, float[] queries, int dimension)
    {
        var nearest = new int[queries.Length / dimension][];
        Parallel.For(0, nearest.Length, i =>
        {
            var distances = new float[vectors.Length / dimension];
            for (var j = 0; j < distances.Length; j++)
                distances[j] = -TensorPrimitives.Dot(queries.AsSpan(i * dimension, dimension), vectors.AsSpan(j * dimension, dimension));
            var ids = Enumerable.Range(0, distances.Length).ToArray();
            Array.Sort(distances, ids);
            nearest[i] = ids[..Neighbours];
        });
        return nearest;
    }
}
