using Millrace.TestShared;

namespace Millrace.VectorIndex.Tests.Storage;

public sealed class SnapshotTests : IDisposable
{
    private const int Dimension = 20;
    private const int Count = 500;

    private static readonly VectorIndexOptions Options = new() { Dimension = Dimension, Metric = Metric.L2 };

    private readonly TemporaryFolder _folder = new();
    private readonly TestVectors _source = new(Dimension, seed: 8);

    private string First => _folder.File("snapshot-00000001");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Quantization.None, Metric.L2, false)]
    [InlineData(Quantization.Int8, Metric.Cosine, false)]
    [InlineData(Quantization.None, Metric.L2, true)]
    [InlineData(Quantization.Int8, Metric.Cosine, true)]
    public void Open_Snapshot_AnswersAsBefore(Quantization quantization, Metric metric, bool mapped)
    {
        var options = Options with { Quantization = quantization, Metric = metric, MapSnapshot = mapped };
        var queries = _source.Take(20);
        List<IReadOnlyList<VectorHit>> before;
        using (var index = VectorIndex.Open(_folder.Path, options))
        {
            Fill(index);
            index.DeleteBatch([.. Enumerable.Range(0, 30).Select(id => (long)id)]);
            before = [.. queries.Select(query => index.Search(query, 10))];
        }

        using var again = VectorIndex.Open(_folder.Path, options);

        Assert.Equal(0, again.Statistics.LogBytes);
        Assert.Equal(new FileInfo(First).Length, again.Statistics.SnapshotBytes);
        Assert.Equal(Count - 30, again.Count);
        Assert.Equal(before, queries.Select(query => again.Search(query, 10)));
    }

    [Fact]
    public void Write_ToAMappedIndex_ChangesNoByteOfTheSnapshotAndIsThereAgain()
    {
        using (var index = VectorIndex.Open(_folder.Path, Options)) Fill(index);
        var before = File.ReadAllBytes(First);
        var mapped = Options with { MapSnapshot = true, SnapshotOnClose = false };
        var vector = _source.Take(1)[0];
        long memory;
        using (var index = VectorIndex.Open(_folder.Path, mapped))
        {
            memory = index.Statistics.MemoryBytes;
            index.Delete(7);
            index.Upsert(9, vector);
            index.Upsert(Count + 1, vector);
            Assert.DoesNotContain(index.Search(vector, Count), hit => hit.Id == 7);
        }

        Assert.Equal(before, File.ReadAllBytes(First));
        using var again = VectorIndex.Open(_folder.Path, mapped with { MapSnapshot = false });
        Assert.Equal([9, Count + 1], again.Search(vector, 2).Select(hit => hit.Id).Order());
        Assert.Equal(Count, again.Count);
        Assert.True(memory < again.Statistics.MemoryBytes);
    }

    [Fact]
    public void Snapshot_OfAMappedIndex_TakesTheFirstOnesPlace()
    {
        using (var index = VectorIndex.Open(_folder.Path, Options)) Fill(index);
        var queries = _source.Take(20);
        List<IReadOnlyList<VectorHit>> before;
        using (var index = VectorIndex.Open(_folder.Path, Options with { MapSnapshot = true }))
        {
            index.Delete(7);
            index.Snapshot();
            Assert.False(File.Exists(First));
            before = [.. queries.Select(query => index.Search(query, 10))];
        }

        using var again = VectorIndex.Open(_folder.Path, Options with { MapSnapshot = true });
        Assert.Equal(before, queries.Select(query => again.Search(query, 10)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_SnapshotWithAnyPieceChanged_IsRefusedWithFileAndRemedy(bool mapped)
    {
        using (var index = VectorIndex.Open(_folder.Path, Options)) Fill(index);
        var whole = File.ReadAllBytes(First);
        for (var at = 0; at < whole.Length; at += 331)
        {
            var bytes = (byte[])whole.Clone();
            bytes[at] ^= 1;
            File.WriteAllBytes(First, bytes);

            var error = Assert.Throws<VectorIndexException>(() => VectorIndex.Open(_folder.Path, Options with { MapSnapshot = mapped }));

            Assert.Equal(VectorIndexFault.Damaged, error.Fault);
            Assert.Contains($"'{First}' is damaged", error.Message, StringComparison.Ordinal);
            Assert.Contains("Restore", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Open_MappedSnapshotThatIsDamaged_LeavesNoMappingBehind()
    {
        if (!OperatingSystem.IsLinux()) return;
        using (var index = VectorIndex.Open(_folder.Path, Options)) Fill(index);
        using (var index = VectorIndex.Open(_folder.Path, Options with { MapSnapshot = true })) Assert.True(IsMapped(First));
        var bytes = File.ReadAllBytes(First);
        bytes[^1] ^= 1;
        File.WriteAllBytes(First, bytes);

        Assert.Throws<VectorIndexException>(() => VectorIndex.Open(_folder.Path, Options with { MapSnapshot = true }));

        Assert.False(IsMapped(First));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(64)]
    [InlineData(5_000)]
    public void Open_SnapshotCut_IsRefused(int length)
    {
        using (var index = VectorIndex.Open(_folder.Path, Options)) Fill(index);
        using (var file = File.OpenWrite(First)) file.SetLength(length);

        Assert.Equal(VectorIndexFault.Damaged, Assert.Throws<VectorIndexException>(() => VectorIndex.Open(_folder.Path, Options)).Fault);
    }

    [Fact]
    public void Open_OtherOptions_IsRefusedWithBoth()
    {
        using (var index = VectorIndex.Open(_folder.Path, Options)) Fill(index);

        Assert.Contains("Dimension 20, and it was opened with 21", Refused(Options with { Dimension = 21 }), StringComparison.Ordinal);
        Assert.Contains("Metric L2, and it was opened with", Refused(Options with { Metric = Metric.Cosine }), StringComparison.Ordinal);
        Assert.Contains("Quantization None", Refused(Options with { Quantization = Quantization.Int8 }), StringComparison.Ordinal);
        Assert.Contains("M 16", Refused(Options with { M = 8 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SnapshotThatWasNotCompleted_IsIgnoredAndRemoved()
    {
        using (var index = VectorIndex.Open(_folder.Path, Options with { SnapshotOnClose = false })) Fill(index);
        File.WriteAllBytes(_folder.File("snapshot-00000001.part"), new byte[1_000]);

        using var again = VectorIndex.Open(_folder.Path, Options);

        Assert.Equal(Count, again.Count);
        Assert.False(File.Exists(_folder.File("snapshot-00000001.part")));
    }

    [Fact]
    public void Open_CrashBetweenSnapshotAndItsLog_LosesNothing()
    {
        byte[] log;
        using (var index = VectorIndex.Open(_folder.Path, Options))
        {
            Fill(index);
            log = File.ReadAllBytes(_folder.File("log-00000000"));
        }

        File.Delete(_folder.File("log-00000001"));
        File.WriteAllBytes(_folder.File("log-00000000"), log);

        using var again = VectorIndex.Open(_folder.Path, Options);

        Assert.Equal(Count, again.Count);
        Assert.False(File.Exists(_folder.File("log-00000000")));
    }

    [Fact]
    public void Open_LogWhoseSnapshotIsGone_IsRefused()
    {
        using (var index = VectorIndex.Open(_folder.Path, Options)) Fill(index);
        File.Delete(First);

        Assert.Contains("which is not there", Refused(Options), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FolderThatIsOpen_IsRefused()
    {
        using var index = VectorIndex.Open(_folder.Path, Options);

        Assert.Equal(VectorIndexFault.InUse, Assert.Throws<VectorIndexException>(() => VectorIndex.Open(_folder.Path, Options)).Fault);
    }

    [Fact]
    public void Compact_DeletedVectors_AreInNoFile()
    {
        using (var index = VectorIndex.Open(_folder.Path, Options))
        {
            Fill(index);
            index.Upsert(9_999, [.. Enumerable.Repeat(1234.5f, Dimension)]);
            index.Delete(9_999);
            index.Compact();
        }

        var secret = BitConverter.GetBytes(1234.5f);
        Assert.All(Directory.GetFiles(_folder.Path), path => Assert.Equal(-1, File.ReadAllBytes(path).AsSpan().IndexOf(secret)));
    }

    [Fact]
    public void Snapshot_AfterLogBytes_IsTakenByTheWrite()
    {
        using var index = VectorIndex.Open(_folder.Path, Options with { SnapshotAfterLogBytes = 10_000 });
        Fill(index);

        Assert.True(index.Statistics.SnapshotBytes > 0);
        Assert.Equal(0, index.Statistics.LogBytes);
        Assert.False(File.Exists(_folder.File("log-00000000")));
    }

    private static bool IsMapped(string path) =>
        File.ReadLines("/proc/self/maps").Any(line => line.EndsWith(path, StringComparison.Ordinal));

    private string Refused(VectorIndexOptions options) =>
        Assert.Throws<VectorIndexException>(() => VectorIndex.Open(_folder.Path, options)).Message;

    private void Fill(VectorIndex index) => index.UpsertBatch(
        [.. Enumerable.Range(0, Count).Select(id => (long)id)], _source.Take(Count).SelectMany(vector => vector).ToArray());
}
