using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Index.Embedded;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Index;

/// <summary>Bytes of an index's files are not what was written.</summary>
public sealed class DamagedIndexTests : IDisposable
{
    private const int Documents = 40;
    private const int Rounds = 60;
    private static readonly IndexId Id = new("tenant", 7, 11);
    private static readonly IndexSettings Settings = new(Id, FakeEmbeddingService.Dimension);
    private static readonly DocumentFilter Everything = new(null, []);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("words.db")]
    [InlineData("snapshot-*")]
    [InlineData("log-*")]
    public async Task Search_BytesOverwrittenAnywhere_AnswersAndIsFilledAgain(string files)
    {
        var random = new Random(files.Length);
        for (var round = 0; round < Rounds; round++)
        {
            using (var index = Open())
            {
                await FillAsync(index);
            }

            foreach (var path in Directory.GetFiles(_folder.Path, files, SearchOption.AllDirectories)) Overwrite(path, random);
            using var damaged = Open();
            await SearchAsync(damaged);
            await FillAsync(damaged);
            await SearchAsync(damaged);
            Assert.Equal(Documents, await CountAsync(damaged));
            await damaged.DropAsync(Id, CancellationToken.None);
        }
    }

    [Fact]
    public async Task Use_IndexIsDroppedAgainAndAgain_ReopensItEachTime()
    {
        using var index = Open();
        using var stop = new CancellationTokenSource();
        var searches = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await SearchAsync(index);
        })).ToList();

        for (var i = 0; i < 30; i++)
        {
            await FillAsync(index).DefaultTimeout();
            await index.DropAsync(Id, CancellationToken.None).DefaultTimeout();
        }

        await stop.CancelAsync();
        await Task.WhenAll(searches).DefaultTimeout();
        Assert.Equal(0, await CountAsync(index));
    }

    [Fact]
    public async Task Requests_OneIndexAskedForOften_IsLookedAtOnce()
    {
        var requests = new RepairRequests();
        var other = Id with { Generation = 12 };
        for (var i = 0; i < 100; i++) requests.Add(Id);
        requests.Add(other);

        await using var reader = requests.ReadAllAsync(CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(Id, reader.Current);
        requests.Add(Id);
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(other, reader.Current);
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(Id, reader.Current);
    }

    private EmbeddedIndex Open() =>
        new(_folder.Path, new RetrievalOptions(), new RepairRequests(), NullLogger<EmbeddedIndex>.Instance);

    // As the index writer does: what it finds damaged only while it writes is discarded, and it comes again.
    private static async Task FillAsync(EmbeddedIndex index)
    {
        var isWhole = false;
        for (var attempt = 0; !isWhole && attempt < 3; attempt++)
        {
            try
            {
                await index.OpenAsync(Settings, CancellationToken.None);
                for (var i = 1; i <= Documents; i++) await index.PutAsync(Id, [Document(i)], CancellationToken.None);
                isWhole = true;
            }
            catch (MillraceException error) when (error.Reason == Reason.UpstreamUnavailable)
            {
                isWhole = false;
            }
        }

        Assert.True(isWhole);
    }

    private static async Task SearchAsync(EmbeddedIndex index)
    {
        var words = await index.KeywordAsync(Id, new WordQuery("apple table", Documents, Everything), CancellationToken.None);
        var near = new DenseQuery(FakeEmbeddingService.Vector("apple"), Documents, Everything, Exact: false);
        var dense = await index.DenseAsync(Id, near, CancellationToken.None);
        Assert.InRange(words.Chunks.Count, 0, Documents);
        Assert.InRange(dense.Chunks.Count, 0, Documents);
    }

    private static async Task<int> CountAsync(EmbeddedIndex index)
    {
        var count = 0;
        await foreach (var chunk in index.ChunksAsync(Id, CancellationToken.None)) count++;
        return count;
    }

    private static IndexDocument Document(int number)
    {
        var text = $"Apple number{number} on the table.";
        var attributes = new DocumentAttributes(
            number, $"d{number}", "text/plain", "title", DateTimeOffset.UnixEpoch, JsonDocument.Parse("{}").RootElement, []);
        var chunk = new IndexChunk(number, new ChunkWords("title", "", text), FakeEmbeddingService.Vector(text));
        return new IndexDocument(attributes, [chunk]);
    }

    private static void Overwrite(string path, Random random)
    {
        var bytes = File.ReadAllBytes(path);
        for (var i = random.Next(1, 4); i > 0 && bytes.Length > 0; i--)
        {
            var start = random.Next(bytes.Length);
            random.NextBytes(bytes.AsSpan(start, Math.Min(random.Next(1, 600), bytes.Length - start)));
        }

        File.WriteAllBytes(path, random.Next(4) == 0 ? bytes[..random.Next(bytes.Length + 1)] : bytes);
    }
}
