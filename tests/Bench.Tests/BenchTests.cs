using System.Text.Json;
using Millrace.Bench.Affinity;
using Millrace.Bench.Embedding;
using Millrace.Bench.Engine;
using Millrace.Bench.Harness;
using Millrace.Bench.Prefix;
using Millrace.Bench.Queue;
using Millrace.Bench.Retrieval;
using Millrace.Bench.VectorIndex;
using Millrace.TestShared;

namespace Millrace.Bench.Tests;

/// <summary>Each bench, in its quick form: that it measures what it says, never how fast it was.</summary>
[Collection(nameof(BenchTests))]
public sealed class BenchTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly string[] Fields =
        ["metric", "value", "unit", "baseline", "baselineValue", "ratio", "target", "met", "spread", "note"];

    // Three tests look at it.
    private static readonly Lazy<Task<IReadOnlyList<JsonElement>>> EngineRows = new(() => MeasureAsync(new EngineBench()));

    [Fact]
    public async Task Engine_Quick_ComparesEveryCaseWithTheRawLoop()
    {
        var rows = await EngineRows.Value;

        foreach (var entry in new[] { "tiny, 32 tokens, 1 stream", "tiny, 32 tokens, 4 streams", "1m, 32 tokens, 1 stream" })
        {
            var row = Row(rows, $"{entry}: tokens/s");
            Assert.StartsWith("raw loop", row.GetProperty("baseline").GetString(), StringComparison.Ordinal);
            Assert.InRange(row.GetProperty("ratio").GetDouble(), double.Epsilon, double.MaxValue);
            Assert.InRange(Value(rows, $"{entry}: CPU time per token"), 0, double.MaxValue);
        }

        Assert.Equal(">= 0.97", Row(rows, "1m, 32 tokens, 1 stream: tokens/s").GetProperty("target").GetString());
    }

    [Fact]
    public async Task Engine_Quick_GeneratesWhatTheRawLoopGenerates()
    {
        var rows = await EngineRows.Value;

        // Nearly equal tokens may part two correct runs, for the member's cache holds earlier prompts as well; other work parts at once.
        Assert.InRange(Value(rows, "tiny, 32 tokens, 1 stream: tokens the same as the raw loop's"), 0.25, 1);
    }

    [Fact]
    public async Task Engine_WithoutPeers_SaysWhyThereIsNoFigure()
    {
        var rows = await EngineRows.Value;

        var row = Row(rows, "1m, 32 tokens, 1 stream: against node-llama-cpp");
        Assert.False(row.TryGetProperty("value", out _));
        Assert.StartsWith("not measured: ", row.GetProperty("note").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prefix_Quick_TellsHowMuchCameFromTheCache()
    {
        var rows = await MeasureAsync(new PrefixBench());

        var request = Row(rows, "1m, 1,000 shared + 32 new tokens: whole request");
        Assert.Equal("<= 1.05", request.GetProperty("target").GetString());
        Assert.EndsWith(
            "of 1,000 prefix tokens came from the cache", request.GetProperty("note").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queue_Quick_LosesNothingAndKeepsOrder()
    {
        var rows = await MeasureAsync(new QueueBench());

        Assert.Equal(0, Value(rows, "requests lost"));
        Assert.Equal(0, Value(rows, "answers whose text is not their tokens in order"));
        Assert.InRange(Value(rows, "memory before"), 1, Value(rows, "memory, peak"));
        Assert.InRange(Value(rows, "scheduler, per step of 16"), double.Epsilon, double.MaxValue);
    }

    [Fact]
    public async Task Embedding_Quick_ComparesWithTheBareLibrary()
    {
        var rows = await MeasureAsync(new EmbeddingBench());

        Assert.All([1, 8], count =>
            Assert.Equal("bare library", Row(rows, $"{count} at a time: texts/s").GetProperty("baseline").GetString()));
    }

    [Fact]
    public async Task Affinity_Quick_AnswersEveryTurnUnderBothPolicies()
    {
        var rows = await MeasureAsync(new AffinityBench());

        var row = Row(rows, "4 sessions x 2 turns, 2 members: throughput");
        Assert.Equal("round-robin", row.GetProperty("baseline").GetString());
        Assert.InRange(row.GetProperty("value").GetDouble(), double.Epsilon, double.MaxValue);
    }

    [Fact]
    public async Task Retrieval_Quick_ComparesWithKeywords()
    {
        var rows = await MeasureAsync(new RetrievalBench());

        Assert.InRange(Value(rows, "samples, recursive: BM25, MRR"), 0.5, 1);
        Assert.Equal("BM25", Row(rows, "samples, recursive: best hybrid + rerank, MRR").GetProperty("baseline").GetString());
        Assert.Equal(">= 1", Row(rows, "samples, recursive: best hybrid + rerank, MRR").GetProperty("target").GetString());
    }

    [Fact]
    public async Task Search_Quick_TellsLatencyAndMemory()
    {
        var rows = await MeasureAsync(new SearchBench());

        foreach (var way in new[] { "keyword", "dense", "hybrid", "hybrid, filter of 1 %" })
            foreach (var concurrency in new[] { 1, 32 })
                Assert.InRange(
                    Value(rows, $"5,000 chunks, {way}, {concurrency} at a time: p50"),
                    double.Epsilon,
                    Value(rows, $"5,000 chunks, {way}, {concurrency} at a time: p99"));
        Assert.InRange(Value(rows, "memory with 5,000 chunks"), 1, Value(rows, "memory, peak"));
    }

    [Fact]
    public async Task VectorIndex_Quick_TellsSpeedAtEqualRecall()
    {
        var rows = await MeasureAsync(new VectorIndexBench());

        Assert.All(["float32", "int8"], name =>
        {
            Assert.InRange(Value(rows, $"10k x 64: {name}, queries/s at recall 0.95"), double.Epsilon, double.MaxValue);
            Assert.InRange(Value(rows, $"10k x 64: {name}, memory"), 1, 100);
        });
        Assert.StartsWith("not measured", Row(rows, "10k x 64: against hnswlib").GetProperty("note").GetString(), StringComparison.Ordinal);
    }

    /// <summary>Runs a bench as the command line does, and reads what it wrote.</summary>
    private static async Task<IReadOnlyList<JsonElement>> MeasureAsync(IBench bench)
    {
        var output = new StringWriter();
        using var limit = new CancellationTokenSource(Limit);
        using var folder = new TemporaryFolder();

        var code = await new BenchCommand([bench], output) { Folder = folder.Path }.RunAsync([bench.Name, "--quick"], limit.Token);

        Assert.True(code == 0, output.ToString());
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(folder.File($"{bench.Name}.json"), limit.Token));
        var root = json.RootElement;
        Assert.Equal(bench.Name, root.GetProperty("name").GetString());
        Assert.Equal(Environment.ProcessorCount, root.GetProperty("machine").GetProperty("cores").GetInt32());
        Assert.Equal("b10068", root.GetProperty("machine").GetProperty("nativeRelease").GetString());
        return [.. root.GetProperty("rows").EnumerateArray().Select(Checked)];
    }

    private static JsonElement Checked(JsonElement row)
    {
        Assert.All(row.EnumerateObject(), field => Assert.Contains(field.Name, Fields));
        Assert.Equal(row.TryGetProperty("ratio", out _), row.TryGetProperty("baseline", out _));
        return row.Clone();
    }

    private static JsonElement Row(IEnumerable<JsonElement> rows, string metric) =>
        rows.First(row => row.GetProperty("metric").GetString() == metric);

    private static double Value(IEnumerable<JsonElement> rows, string metric) => Row(rows, metric).GetProperty("value").GetDouble();
}
