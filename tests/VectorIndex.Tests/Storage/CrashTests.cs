using System.Diagnostics;
using Millrace.TestShared;

namespace Millrace.VectorIndex.Tests.Storage;

/// <summary>A process that writes is killed, and what it wrote is looked for.</summary>
public sealed class CrashTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 37)]
    [InlineData(3, 150)]
    [InlineData(4, 301)]
    [InlineData(5, 622)]
    public async Task Kill_WhileWriting_LosesNothingThatWasAcknowledged(int seed, int writesBefore)
    {
        using var folder = new TemporaryFolder();
        var acknowledged = await KillAfterAsync(folder.Path, seed, writesBefore).DefaultTimeout();

        var writes = new RandomWrites(Ingest.Dimension, seed);
        var model = new Dictionary<long, float[]>();
        for (var i = 0; i < acknowledged; i++) writes.Next().Apply(model);
        using var index = VectorIndex.Open(folder.Path, Ingest.Options);

        // The write at which it was killed may have been made, too; not a part of it.
        var withNext = new Dictionary<long, float[]>(model);
        writes.Next().Apply(withNext);
        ModelTests.AssertSame(index, IsThere(index, withNext) ? withNext : model, writes.Query());
    }

    private static async Task<int> KillAfterAsync(string folder, int seed, int writes)
    {
        var assembly = typeof(CrashTests).Assembly.Location;
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", [assembly, folder, $"{seed}"]) { RedirectStandardOutput = true })!;
        var acknowledged = 0;
        while (acknowledged < writes && await process.StandardOutput.ReadLineAsync() is not null) acknowledged++;
        process.Kill();
        while (await process.StandardOutput.ReadLineAsync() is not null) acknowledged++;
        await process.WaitForExitAsync();
        Assert.True(acknowledged >= writes, "The writer ended before it was killed.");
        return acknowledged;
    }

    private static bool IsThere(VectorIndex index, Dictionary<long, float[]> model)
    {
        var vector = new float[Ingest.Dimension];
        return index.Count == model.Count
            && model.All(entry => index.TryGet(entry.Key, vector) && vector.AsSpan().SequenceEqual(entry.Value));
    }
}
