using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Ingestion;
using Millrace.Retrieval.Store;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.TestShared;
using Xunit.Abstractions;

namespace Millrace.Retrieval.Tests.Durability;

/// <summary>A process is killed again and again, wherever its work stands, while it takes documents in and indexes them anew: nothing
/// acknowledged is lost, and the index is right.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Kills = 50;
    private const int LinesMax = 80;
    private const int TokensMax = 18;
    private const int Seed = 20260401;
    private static readonly string[] Queries = ["apple river", "plum stone cloud", "lamp", "north seven chair pear"];

    [Fact]
    public async Task Ingest_KilledFiftyTimes_LosesNothingAndEndsWithTheIndexOfAFreshBuild()
    {
        using var folder = new TemporaryFolder();
        await CreateAsync(folder.Path);
        var (random, next, watch) = (new Random(Seed), 0, Stopwatch.StartNew());
        for (var i = 0; i < Kills; i++) next = await KilledAsync(folder.Path, next, random.Next(1, LinesMax));
        output.WriteLine($"{Kills} kills in {watch.Elapsed.TotalSeconds:f1} s, {next} steps acknowledged");

        Dictionary<string, ScriptedDocument> expected = [];
        var script = new IngestScript(Seed);
        for (var step = 0; step <= next; step++) script.Apply(step, expected);
        await using var survivor = await IngestHost.StartAsync(folder.Path, _ => { });
        await script.ApplyAsync(next, survivor);
        await ReindexedAsync(survivor);
        using var freshFolder = new TemporaryFolder();
        await CreateAsync(freshFolder.Path);
        await using var fresh = await IngestHost.StartAsync(freshFolder.Path, _ => { });
        foreach (var (id, document) in expected)
            await fresh.Services.GetRequiredService<DocumentCatalog>().UploadAsync(
                IngestScript.Upload(id, document.Content, document.Labels), CancellationToken.None);

        await SettledAsync(survivor, expected.Keys);
        await SettledAsync(fresh, expected.Keys);
        Assert.Equal(Documents(fresh), Documents(survivor));
        Assert.Equal(await AnswersAsync(fresh), await AnswersAsync(survivor));
        await IndexIsTheTruthAsync(survivor);
        Assert.True(next > Kills, $"Only {next} steps were acknowledged.");
    }

    private static async Task CreateAsync(string folder)
    {
        await using var host = await IngestHost.StartAsync(folder, _ => { });
        var wanted = new NewCollection(IngestScript.Key, "", 0, new ChunkingSettings(TokensMax, 0));
        await host.Services.GetRequiredService<CollectionCatalog>().CreateAsync(wanted, CancellationToken.None);
    }

    /// <summary>Runs the script in a process of its own and kills it after some lines.</summary>
    /// <returns>The first step that was not acknowledged.</returns>
    private static async Task<int> KilledAsync(string folder, int first, int lines)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath ?? "dotnet")
        {
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "exec",
                typeof(KillTests).Assembly.Location,
                folder,
                Seed.ToString(CultureInfo.InvariantCulture),
                first.ToString(CultureInfo.InvariantCulture),
            },
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The process did not start.");
        var next = first;
        for (var i = 0; i < lines; i++) next = After(await process.StandardOutput.ReadLineAsync().DefaultTimeout(), next);
        process.Kill();
        while (await process.StandardOutput.ReadLineAsync().DefaultTimeout() is { } line) next = After(line, next);
        await process.WaitForExitAsync().DefaultTimeout();
        return next;
    }

    private static int After(string? line, int next)
    {
        Assert.NotNull(line);
        return line.StartsWith("acknowledged ", StringComparison.Ordinal)
            ? int.Parse(line.AsSpan("acknowledged ".Length), CultureInfo.InvariantCulture) + 1
            : next;
    }

    // What the last process was building comes to its end first.
    private static async Task ReindexedAsync(IngestHost host)
    {
        await BuiltAsync(host);
        await IngestScript.ReindexAsync(host, TokensMax);
        await BuiltAsync(host);
    }

    private static async Task BuiltAsync(IngestHost host)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        using var limit = new CancellationTokenSource(TaskTimeouts.Default);
        var collections = host.Services.GetRequiredService<CollectionStore>();
        while (collections.Require(IngestScript.Key).Reindexing is { } going)
        {
            Assert.Equal("", going.Error);
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private static async Task SettledAsync(IngestHost host, IEnumerable<string> ids)
    {
        var catalog = host.Services.GetRequiredService<DocumentCatalog>();
        foreach (var id in ids)
        {
            var document = await catalog.WaitUntilSettledAsync(
                new DocumentKey(IngestScript.Key, id), CancellationToken.None).DefaultTimeout();
            Assert.Equal(DocumentState.Ready, document.State);
        }

        // What was deleted and described is told after what was put.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        using var limit = new CancellationTokenSource(TaskTimeouts.Default);
        var outbox = host.Services.GetRequiredService<OutboxStore>();
        while (outbox.Next([], 1).Count > 0) await timer.WaitForNextTickAsync(limit.Token);
    }

    private static List<(string Id, string Sha256, int Chunks, string Labels)> Documents(IngestHost host) =>
    [
        .. host.Services.GetRequiredService<DocumentStore>().List(IngestScript.Key, null, "", 1000)
            .Select(document => (document.Key.DocumentId, document.Sha256, document.ChunkCount, string.Join(',', document.AccessLabels))),
    ];

    // Whatever is found, with its text and score; chunks of equal score have no order of their own.
    private static async Task<List<string>> AnswersAsync(IngestHost host)
    {
        var (index, passages) = (host.Services.GetRequiredService<IChunkIndex>(), host.Services.GetRequiredService<PassageStore>());
        var id = host.Services.GetRequiredService<CollectionStore>().Require(IngestScript.Key).Index;
        List<string> answers = [];
        foreach (var query in Queries)
        {
            foreach (string[] held in (string[][])[[], ["hr"]])
            {
                var filter = new DocumentFilter(null, held);
                var words = await index.KeywordAsync(id, new WordQuery(query, 1000, filter), CancellationToken.None);
                var near = new DenseQuery(FakeEmbeddingService.Vector(query), 1000, filter, Exact: true);
                var dense = await index.DenseAsync(id, near, CancellationToken.None);
                foreach (var (name, ranking) in new[] { ("words", words), ("dense", dense) })
                {
                    var texts = passages.Passages([.. ranking.Chunks.Select(chunk => chunk.Chunk)], filter);
                    Assert.Equal(ranking.Chunks.Count, texts.Count);
                    answers.AddRange(ranking.Chunks.Select(chunk => string.Create(
                        CultureInfo.InvariantCulture,
                        $"{name} {query} {held.Length} {chunk.Score:f3} {Told(texts[chunk.Chunk])}"))
                        .Order(StringComparer.Ordinal));
                }
            }
        }

        return answers;
    }

    private static string Told(StoredPassage passage) => $"{passage.Document.DocumentId} {passage.Text}";

    private static async Task IndexIsTheTruthAsync(IngestHost host)
    {
        var collection = host.Services.GetRequiredService<CollectionStore>().Require(IngestScript.Key);
        List<long> indexed = [];
        await foreach (var chunk in host.Services.GetRequiredService<IChunkIndex>().ChunksAsync(collection.Index, CancellationToken.None))
            indexed.Add(chunk);
        var stored = host.Services.GetRequiredService<EditionStore>().Documents(collection.Active.Row).Keys;
        Assert.Equal(stored.Order(), indexed.Order());
        Assert.Equal(stored.Count(), collection.ChunkCount);
    }
}
