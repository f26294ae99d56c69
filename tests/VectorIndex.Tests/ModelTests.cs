using Millrace.TestShared;

namespace Millrace.VectorIndex.Tests;

/// <summary>Random writes beside a dictionary that gets the same: after any of them the index has what the dictionary has.</summary>
public sealed class ModelTests
{
    private const int Dimension = 8;
    private const int Steps = 400;

    public static TheoryData<Quantization, int> Cases
    {
        get
        {
            var cases = new TheoryData<Quantization, int>();
            foreach (var quantization in Enum.GetValues<Quantization>())
                foreach (var seed in Enumerable.Range(1, 5)) cases.Add(quantization, seed);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Writes_AtRandom_LeaveWhatADictionaryHas(Quantization quantization, int seed)
    {
        using var folder = new TemporaryFolder();
        var options = new VectorIndexOptions
        {
            Dimension = Dimension, Metric = Metric.L2, Quantization = quantization, MaxElements = 500, SnapshotAfterLogBytes = 50_000,
            SnapshotOnClose = seed % 2 == 0,
        };
        var model = new Dictionary<long, float[]>();
        var writes = new RandomWrites(Dimension, seed);
        var index = VectorIndex.Open(folder.Path, options);
        for (var step = 0; step < Steps; step++)
        {
            if (step % 97 == 96)
            {
                index.Dispose();
                index = VectorIndex.Open(folder.Path, options);
                Assert.Empty(index.Statistics.Repairs);
            }

            writes.Next().Apply(index, model);
            if (step % 20 == 0) AssertSame(index, model, writes.Query());
        }

        index.Compact();
        AssertSame(index, model, writes.Query());
        Assert.Equal(0, index.Statistics.Deleted);
        index.Dispose();
    }

    internal static void AssertSame(VectorIndex index, Dictionary<long, float[]> model, float[] query)
    {
        Assert.Equal(model.Count, index.Count);
        Assert.Equal(model.Keys.Order(), index.Ids.Order());
        var vector = new float[query.Length];
        foreach (var (id, expected) in model)
        {
            Assert.True(index.TryGet(id, vector));
            Assert.Equal(expected, vector);
        }

        var nearest = TestVectors.Nearest(model, query, 10, Metric.L2).Select(hit => hit.Id);
        Assert.Equal(nearest, index.Search(query, 10, new() { Exact = true }).Select(hit => hit.Id));
        Assert.All(index.Search(query, 10), hit => Assert.True(model.ContainsKey(hit.Id)));
        Assert.Equal(Math.Min(10, model.Count), index.Search(query, 10).Count);
    }
}

/// <summary>One write, for an index and for a dictionary.</summary>
/// <param name="Ids">Whose.</param>
/// <param name="Vectors">The vectors to store; null to delete.</param>
internal sealed record RandomWrite(long[] Ids, float[][]? Vectors)
{
    public void Apply(VectorIndex index, Dictionary<long, float[]> model)
    {
        Apply(index);
        Apply(model);
    }

    public void Apply(VectorIndex index)
    {
        if (Vectors is null) index.DeleteBatch(Ids);
        else index.UpsertBatch(Ids, Vectors.SelectMany(vector => vector).ToArray());
    }

    public void Apply(Dictionary<long, float[]> model)
    {
        for (var i = 0; i < Ids.Length; i++)
        {
            if (Vectors is null) model.Remove(Ids[i]);
            else model[Ids[i]] = Vectors[i];
        }
    }
}

/// <summary>Writes from a seed: single ones and batches, new ids and old ones, and every now and then nearly all at once.</summary>
internal sealed class RandomWrites(int dimension, int seed)
{
    private const int IdMax = 400;

    private readonly Random _random = new(seed);
    private readonly TestVectors _source = new(dimension, seed);

    public float[] Query() => _source.Next();

    public RandomWrite Next() => _random.Next(20) switch
    {
        < 8 => new([Id()], _source.Take(1)),
        < 12 => Batch(_random.Next(1, 60)),
        < 16 => new([Id()], null),
        < 19 => new(Ids(_random.Next(1, 40)), null),
        _ => new(Ids(IdMax * 2), null),
    };

    private RandomWrite Batch(int count) => new(Ids(count), _source.Take(count));

    private long[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => Id())];

    private long Id() => _random.Next(IdMax);
}
