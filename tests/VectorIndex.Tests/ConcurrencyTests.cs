using Millrace.TestShared;

namespace Millrace.VectorIndex.Tests;

/// <summary>Searches while another thread writes all the time.</summary>
public sealed class ConcurrencyTests
{
    private const int Dimension = 24;
    private const int Ids = 600;
    private const int Rounds = 60;

    [Theory]
    [InlineData(Quantization.None)]
    [InlineData(Quantization.Int8)]
    public async Task Search_WhileOthersWrite_FindsWholeVectorsAndNothingDeleted(Quantization quantization)
    {
        using var index = VectorIndex.CreateInMemory(
            new() { Dimension = Dimension, Metric = Metric.L2, Quantization = quantization, MaxElements = Ids, BuildThreads = 2 });
        using var writing = new CancellationTokenSource();
        var deletedBefore = new DeletedIds();

        var readers = Enumerable.Range(0, 3).Select(seed => Task.Run(() => Read(index, deletedBefore, seed, writing.Token))).ToArray();
        await Task.Run(() => Write(index, deletedBefore)).DefaultTimeout();
        await writing.CancelAsync();
        var searches = await Task.WhenAll(readers).DefaultTimeout();

        Assert.All(searches, count => Assert.True(count > 0));
    }

    // Every number of a vector is the same and tells the version, so a torn one would have a score that no version has.
    private static void Write(VectorIndex index, DeletedIds deleted)
    {
        var ids = Enumerable.Range(0, Ids).Select(i => (long)i).ToArray();
        for (var round = 1; round <= Rounds; round++)
        {
            var vectors = ids.SelectMany(id => Enumerable.Repeat((float)((id + (round * 7)) % 50), Dimension)).ToArray();
            index.UpsertBatch(ids, vectors);
            var gone = ids[..^1].Where(id => (id + round) % 3 == 0).ToArray();
            index.DeleteBatch(gone);
            deleted.Set(gone);
            for (var i = 0; i < 20; i++) index.Upsert(ids[^1], vectors.AsSpan(0, Dimension));
            deleted.Set([]);
        }
    }

    private static int Read(VectorIndex index, DeletedIds deleted, int seed, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        var hits = new VectorHit[20];
        for (var searches = 0; ; searches++)
        {
            if (cancellationToken.IsCancellationRequested && searches > 0) return searches;
            var value = random.Next(50);
            var (gone, version) = deleted.Get();
            var count = index.Search(Enumerable.Repeat((float)value, Dimension).ToArray(), hits.Length, hits);
            var found = hits[..count];
            Assert.Equal(count, found.Select(hit => hit.Id).Distinct().Count());
            Assert.All(found, hit => Assert.True(IsWhole(hit.Score), $"a score of {hit.Score}"));

            // Only while nothing was written since the deletion is it certain that these are gone.
            if (deleted.Get().Version == version) Assert.DoesNotContain(found, hit => gone.Contains(hit.Id));
        }
    }

    private static bool IsWhole(float score)
    {
        var difference = Math.Sqrt(-score / Dimension);
        return Math.Abs(difference - Math.Round(difference)) < 1e-3;
    }

    /// <summary>The ids that were deleted last, as long as none is written again.</summary>
    private sealed class DeletedIds
    {
        private readonly Lock _lock = new();
        private (HashSet<long> Ids, int Version) _state = ([], 0);

        public void Set(IEnumerable<long> ids)
        {
            lock (_lock) _state = (ids.ToHashSet(), _state.Version + 1);
        }

        public (HashSet<long> Ids, int Version) Get()
        {
            lock (_lock) return _state;
        }
    }
}
