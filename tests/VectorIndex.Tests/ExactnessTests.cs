namespace Millrace.VectorIndex.Tests;

/// <summary>What is found, beside what comparing all finds, for every metric and quantization.</summary>
public sealed class ExactnessTests
{
    private const int Count = 3_000;
    private const int Neighbours = 10;

    public static TheoryData<Metric, Quantization, int> Kinds
    {
        get
        {
            var kinds = new TheoryData<Metric, Quantization, int>();
            foreach (var metric in Enum.GetValues<Metric>())
                foreach (var quantization in Enum.GetValues<Quantization>())
                    foreach (var dimension in new[] { 5, 48 }) kinds.Add(metric, quantization, dimension);
            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Search_Exact_IsWhatComparingAllFinds(Metric metric, Quantization quantization, int dimension)
    {
        var (index, vectors, source) = Build(metric, quantization, dimension);
        using var _ = index;

        foreach (var query in source.Take(20))
        {
            var nearest = TestVectors.Nearest(vectors, query, Neighbours, metric);
            var found = index.Search(query, Neighbours, new() { Exact = true });

            for (var i = 0; i < Neighbours; i++) Assert.Equal(nearest[i].Score, found[i].Score, 1e-3);
            Assert.True(TestVectors.Recall(found, nearest) >= 0.99);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Search_Walk_FindsNearlyAllWithExactScores(Metric metric, Quantization quantization, int dimension)
    {
        var (index, vectors, source) = Build(metric, quantization, dimension);
        using var _ = index;
        var recall = 0.0;
        var queries = source.Take(50);
        foreach (var query in queries)
        {
            var hits = new VectorHit[Neighbours];
            Assert.Equal(Neighbours, index.Search(query, Neighbours, hits, new() { Ef = 100 }, out var explanation));
            Assert.Equal(SearchPlan.Graph, explanation.Plan);
            Assert.All(hits, hit => Assert.Equal(TestVectors.Score(vectors[hit.Id], query, metric), hit.Score, 1e-3));
            Assert.Equal(hits.OrderByDescending(hit => hit.Score), hits);
            recall += TestVectors.Recall(hits, TestVectors.Nearest(vectors, query, Neighbours, metric)) / queries.Length;
        }

        Assert.True(recall >= 0.95, $"recall {recall}");
    }

    [Fact]
    public void Search_AmongManyCopiesOfOneVector_FindsThemAndTheOthers()
    {
        var source = new TestVectors(16, seed: 4);
        var (copied, others) = (source.Next(), source.Take(2_000));
        using var index = VectorIndex.CreateInMemory(new() { Dimension = 16 });
        var all = Enumerable.Repeat(copied, 2_000).Concat(others).SelectMany(vector => vector).ToArray();
        index.UpsertBatch([.. Enumerable.Range(0, 4_000).Select(id => (long)id)], all);

        Assert.All(index.Search(copied, 50), hit => Assert.InRange(hit.Id, 0, 1_999));
        Assert.True(others.Select((vector, i) => index.Search(vector, 1)[0].Id == 2_000 + i).Count(isFound => isFound) >= 1_980);
    }

    [Fact]
    public void Search_ForMoreThanTheGraphIsWalkedFor_FindsAll()
    {
        var (index, vectors, source) = Build(Metric.L2, Quantization.Int8, 5);
        using var _ = index;

        var hits = index.Search(source.Next(), int.MaxValue, new() { Ef = int.MaxValue });

        Assert.Equal(vectors.Keys.Order(), hits.Select(hit => hit.Id).Order());
    }

    private static (VectorIndex Index, Dictionary<long, float[]> Vectors, TestVectors Source) Build(
        Metric metric, Quantization quantization, int dimension)
    {
        var source = new TestVectors(dimension, seed: 1);
        var vectors = source.Take(Count).Select((vector, i) => (vector, Id: (long)(i * 3) - 1_000)).ToDictionary(e => e.Id, e => e.vector);
        var index = VectorIndex.CreateInMemory(new() { Dimension = dimension, Metric = metric, Quantization = quantization });
        index.UpsertBatch(vectors.Keys.ToArray(), vectors.Values.SelectMany(vector => vector).ToArray());
        return (index, vectors, source);
    }
}
