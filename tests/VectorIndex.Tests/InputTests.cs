namespace Millrace.VectorIndex.Tests;

/// <summary>What is refused, with what words, and the edges of what is not.</summary>
public sealed class InputTests : IDisposable
{
    private readonly VectorIndex _index = VectorIndex.CreateInMemory(new() { Dimension = 2, MaxElements = 3 });

    public void Dispose() => _index.Dispose();

    [Theory]
    [InlineData(float.NaN, 1, "NaN or infinite")]
    [InlineData(float.NegativeInfinity, 1, "NaN or infinite")]
    [InlineData(1e30f, 1, "overflow")]
    [InlineData(0, 0, "length zero")]
    public void Upsert_UnusableVector_IsRefusedWithItsId(float x, float y, string why)
    {
        var error = Assert.Throws<ArgumentException>(() => _index.UpsertBatch([1, 7], [1, 1, x, y]));

        Assert.Contains("id 7", error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, _index.Count);
    }

    [Fact]
    public void Search_UnusableQuery_IsRefused()
    {
        Assert.Contains("zero", Assert.Throws<ArgumentException>(() => _index.Search([0, 0], 1)).Message, StringComparison.Ordinal);
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => _index.Search([0, float.NaN], 1)).Message, StringComparison.Ordinal);
        Assert.Contains("3 numbers", Assert.Throws<ArgumentException>(() => _index.Search([1, 2, 3], 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => _index.Search([1, 2], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => _index.Search([1, 2], 1, new() { Ef = 0 }));
    }

    [Fact]
    public void Upsert_ZeroVectorOfOtherMetrics_IsStored()
    {
        using var index = VectorIndex.CreateInMemory(new() { Dimension = 2, Metric = Metric.L2, Quantization = Quantization.Int8 });
        index.Upsert(1, [0, 0]);

        Assert.Equal([new VectorHit(1, 0)], index.Search([0, 0], 5));
    }

    [Fact]
    public void UpsertBatch_WrongNumberOfNumbers_IsRefused() =>
        Assert.Contains("need 4 numbers", Assert.Throws<ArgumentException>(() => _index.UpsertBatch([1, 2], [1, 2, 3])).Message);

    [Fact]
    public void UpsertBatch_MoreThanMayBeStored_IsRefusedWholeAndSaysSo()
    {
        _index.UpsertBatch([1, 2], [1, 0, 0, 1]);

        var error = Assert.Throws<VectorIndexException>(() => _index.UpsertBatch([2, 3, 4], [1, 1, 1, 1, 1, 1]));

        Assert.Equal(VectorIndexFault.Full, error.Fault);
        Assert.Contains("holds 2 vectors and may hold 3; 2 more", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, _index.Count);
        _index.UpsertBatch([1, 2, 3], [1, 1, 1, 1, 1, 1]);
        Assert.Equal(3, _index.Count);
    }

    [Fact]
    public void Upsert_ManyTimesInAFullIndex_ReusesMemory()
    {
        for (var i = 0; i < 10_000; i++) _index.Upsert(i % 3, [1, i + 1]);

        Assert.Equal(3, _index.Count);
        Assert.InRange(_index.Statistics.Deleted, 0, 100);
    }

    [Fact]
    public void UpsertBatch_IdTwice_KeepsTheLast()
    {
        _index.UpsertBatch([1, 2, 1], [1, 0, 0, 1, -1, 0]);

        Assert.Equal(2, _index.Count);
        Assert.Equal(1, _index.Search([-1, 0], 1)[0].Id);
        Assert.Equal(2, _index.Search([1, 0], 2).Count);
    }

    [Fact]
    public void Search_EmptyIndex_FindsNothing()
    {
        var count = _index.Search([1, 0], 3, new VectorHit[3], null, out var explanation);

        Assert.Equal(0, count);
        Assert.Equal(SearchPlan.Empty, explanation.Plan);
        Assert.Empty(_index.Search([1, 0], 3));
    }

    [Fact]
    public void Search_MoreThanThereAre_FindsAll()
    {
        _index.UpsertBatch([1, 2], [1, 0, 0, 1]);

        Assert.Equal([1, 2], _index.Search([1, 0.1f], 100).Select(hit => hit.Id));
        Assert.Equal(1, _index.Search([1, 0.1f], 100, new VectorHit[1]));
    }

    [Fact]
    public void Delete_WhatIsThereAndWhatIsNot_SaysWhich()
    {
        _index.UpsertBatch([1, 2], [1, 0, 0, 1]);

        Assert.True(_index.Delete(1));
        Assert.False(_index.Delete(1));
        Assert.Equal(1, _index.DeleteBatch([1, 2, 3]));
        Assert.False(_index.Contains(2));
        Assert.Empty(_index.Search([1, 0], 2));
        _index.Upsert(2, [1, 0]);
        Assert.Equal([2], _index.Search([1, 0], 2).Select(hit => hit.Id));
    }

    [Fact]
    public void TryGet_StoredVector_IsWhatWasStored()
    {
        _index.Upsert(1, [3, 4]);
        var vector = new float[2];

        Assert.True(_index.TryGet(1, vector));
        Assert.Equal(3, vector[0], 1e-5);
        Assert.Equal(4, vector[1], 1e-5);
        Assert.False(_index.TryGet(2, vector));
        Assert.Throws<ArgumentException>(() => _index.TryGet(1, new float[3]));
    }

    [Fact]
    public void Use_AfterDispose_IsRefused()
    {
        _index.Dispose();

        Assert.Throws<ObjectDisposedException>(() => _index.Search([1, 0], 1));
        Assert.Throws<ObjectDisposedException>(() => _index.Upsert(1, [1, 0]));
        Assert.Throws<ObjectDisposedException>(() => _index.Delete(1));
        Assert.Throws<ObjectDisposedException>(() => _index.TryGet(1, new float[2]));
    }
}
