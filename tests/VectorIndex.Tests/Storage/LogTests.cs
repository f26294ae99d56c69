using Millrace.TestShared;

namespace Millrace.VectorIndex.Tests.Storage;

public sealed class LogTests : IDisposable
{
    private const int Dimension = 3;

    private static readonly VectorIndexOptions Options =
        new() { Dimension = Dimension, Metric = Metric.L2, SnapshotOnClose = false, BuildThreads = 1 };

    private readonly TemporaryFolder _folder = new();

    private string Log => _folder.File("log-00000000");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_LogCutAtEveryByte_HasAllWholeWritesAndSaysWhatWasDropped()
    {
        var (models, ends) = WriteSome();
        var whole = File.ReadAllBytes(Log);
        for (var length = 0; length <= whole.Length; length++)
        {
            using var folder = new TemporaryFolder();
            File.WriteAllBytes(folder.File("log-00000000"), whole[..length]);
            using var index = VectorIndex.Open(folder.Path, Options);

            var last = ends.FindLastIndex(end => end <= length);
            ModelTests.AssertSame(index, last < 0 ? [] : models[last], [1, 2, 3]);
            var isWhole = last >= 0 ? ends[last] == length : length == 0;
            if (isWhole) Assert.Empty(index.Statistics.Repairs);
            else Assert.Contains("bytes at byte", Assert.Single(index.Statistics.Repairs), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Open_LogCutThenWritten_ContinuesAfterTheCut()
    {
        var (models, ends) = WriteSome();
        using (var file = File.OpenWrite(Log)) file.SetLength(ends[^1] - 1);
        using (var index = VectorIndex.Open(_folder.Path, Options)) index.Upsert(77, [7, 7, 7]);

        using var again = VectorIndex.Open(_folder.Path, Options);

        Assert.Empty(again.Statistics.Repairs);
        models[^2][77] = [7, 7, 7];
        ModelTests.AssertSame(again, models[^2], [1, 2, 3]);
    }

    [Fact]
    public void Open_AnyByteOfAnEarlierWriteChanged_NeverGivesWrongVectors()
    {
        var (models, ends) = WriteSome();
        var whole = File.ReadAllBytes(Log);
        for (var at = 0; at < ends[^2]; at++)
        {
            using var folder = new TemporaryFolder();
            var bytes = (byte[])whole.Clone();
            bytes[at] ^= 0x40;
            File.WriteAllBytes(folder.File("log-00000000"), bytes);
            try
            {
                using var index = VectorIndex.Open(folder.Path, Options);
                Assert.Single(index.Statistics.Repairs);
                Assert.Contains(models.Prepend([]), model => index.Ids.Order().SequenceEqual(model.Keys.Order()));
            }
            catch (VectorIndexException error)
            {
                Assert.Contains("log-00000000", error.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Open_WriteChangedBeforeAWholeOne_IsRefusedWithFileAndRemedy()
    {
        var (_, ends) = WriteSome();
        var bytes = File.ReadAllBytes(Log);
        bytes[ends[1] - 1] ^= 1;
        File.WriteAllBytes(Log, bytes);

        var error = Assert.Throws<VectorIndexException>(() => VectorIndex.Open(_folder.Path, Options));

        Assert.Equal(VectorIndexFault.Damaged, error.Fault);
        Assert.Contains(Log, error.Message, StringComparison.Ordinal);
        Assert.Contains($"cut the file to {ends[0]} bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Commit_AndFsyncOnWrite_LeaveWhatWasWritten()
    {
        using (var index = VectorIndex.Open(_folder.Path, Options with { FsyncOnWrite = true }))
        {
            Parallel.For(0, 50, id => index.Upsert(id, [id, 0, 0]));
            Assert.True(index.Delete(3));
            index.Commit();
        }

        using var again = VectorIndex.Open(_folder.Path, Options);
        Assert.Equal(Enumerable.Range(0, 50).Where(id => id != 3).Select(id => (long)id), again.Ids.Order());
    }

    private (List<Dictionary<long, float[]>> Models, List<long> Ends) WriteSome()
    {
        var (models, ends, model) = (new List<Dictionary<long, float[]>>(), new List<long>(), new Dictionary<long, float[]>());
        using var index = VectorIndex.Open(_folder.Path, Options);
        Tell();
        Make(new([1], [[1, 0, 0]]));
        Make(new([2, 3], [[0, 1, 0], [0, 0, 1]]));
        Make(new([1], null));
        Make(new([3, 4], [[3, 3, 3], [4, 4, 4]]));
        Make(new([5], [[5, 0, 5]]));
        return (models, ends);

        void Make(RandomWrite write)
        {
            write.Apply(index, model);
            Tell();
        }

        void Tell()
        {
            models.Add(new(model));
            ends.Add(index.Statistics.LogBytes + 64);
        }
    }
}
