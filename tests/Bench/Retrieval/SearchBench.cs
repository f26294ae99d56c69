using System.Diagnostics;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Bench.Harness;
using Millrace.Contracts.Retrieval.V1;
using Millrace.TestShared;

namespace Millrace.Bench.Retrieval;

/// <summary>How long a search takes among many chunks, over gRPC; the query's vector is given, so that no model is part of it. And what
/// ranking by words takes of it, beside SQLite's FTS5.</summary>
internal sealed class SearchBench : IBench
{
    private const string Collection = "bench";
    private const int ChunksFull = 100_000;
    private const int ChunksQuick = 5_000;

    private static readonly Way[] Ways =
    [
        new("keyword", () => new SearchRequest { Mode = SearchMode.Keyword }),
        new("dense", () => new SearchRequest { Mode = SearchMode.Dense }),
        new("hybrid", () => new SearchRequest { Mode = SearchMode.Hybrid }),
        new("hybrid, filter of 1 %", () => new SearchRequest { Mode = SearchMode.Hybrid, Filter = OneShard() }),
    ];

    /// <inheritdoc/>
    public string Name => "search";

    /// <inheritdoc/>
    public string Summary => "latency of searches among 100,000 chunks by words, by meaning, by both, filtered; beside SQLite FTS5; memory";

    /// <inheritdoc/>
    public async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var chunks = run.Options.Quick ? ChunksQuick : ChunksFull;
        await KeywordComparison.RunAsync(run, chunks, cancellationToken);
        await using var embedding = await ServiceUnderTest.StartAsync(
            builder => builder.Services.AddSingleton<SeededEmbedding>(), app => app.MapGrpcService<SeededEmbedding>());
        await using var retrieval = await RetrievalProcess.StartAsync(embedding.GrpcAddress, [], cancellationToken);
        run.Add(BenchRow.Of("memory without documents", new Samples(MiB(retrieval.Process.ResidentBytes)), "MiB"));
        await FillAsync(run, retrieval, chunks, cancellationToken);
        foreach (var way in Ways)
            foreach (var concurrency in (int[])[1, 32])
                await MeasureAsync(run, retrieval, (way, concurrency, chunks), cancellationToken);
        run.Add(BenchRow.Of($"memory with {chunks:#,0} chunks", new Samples(MiB(retrieval.Process.ResidentBytes)), "MiB"));
        run.Add(BenchRow.Of("memory, peak", new Samples(MiB(retrieval.Process.PeakResidentBytes)), "MiB"));
    }

    private static async Task FillAsync(BenchRun run, RetrievalProcess retrieval, int chunks, CancellationToken cancellationToken)
    {
        var documents = Enumerable.Range(0, chunks / SearchCorpus.ParagraphsPerDocument).Select(SearchCorpus.Document).ToList();
        var collection = new CreateCollectionRequest
        {
            Name = Collection,
            Chunking = new ChunkingSettings { ChunkTokensMax = SearchCorpus.ChunkTokensMax, OverlapTokens = 0, ContextualHeader = false },
        };
        var start = Stopwatch.GetTimestamp();
        await retrieval.FillAsync(collection, documents, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var listed = await retrieval.Client.ListCollectionsAsync(new ListCollectionsRequest(), cancellationToken: cancellationToken);
        var found = listed.Collections.Single(one => one.Name == Collection).ChunkCount;
        if (found != chunks) throw new BenchException($"{found} chunks are in the collection, and {chunks} were uploaded.");
        run.Add(BenchRow.Of("chunks/s, uploaded until found", new Samples(chunks / seconds), "chunks/s"));
    }

    private static async Task MeasureAsync(
        BenchRun run, RetrievalProcess retrieval, (Way Way, int Concurrency, int Chunks) what, CancellationToken cancellationToken)
    {
        var name = $"{what.Chunks:#,0} chunks, {what.Way.Name}, {what.Concurrency} at a time";
        run.Progress(name);
        var count = (run.Options.Quick ? 32 : 500) * (what.Concurrency == 1 ? 1 : 4);
        await AskAsync(retrieval, what.Way, count / 4, what.Concurrency, cancellationToken);
        var (cpu, start) = (retrieval.Process.CpuTime, Stopwatch.GetTimestamp());
        var latencies = new Samples(await AskAsync(retrieval, what.Way, count, what.Concurrency, cancellationToken));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var cpuMs = (retrieval.Process.CpuTime - cpu).TotalMilliseconds / count;
        run.Add(BenchRow.Of($"{name}: p50", new Samples(latencies.Median), "ms", note: $"processor time {Figures.Short(cpuMs)} ms"));
        run.Add(BenchRow.Of($"{name}: p99", new Samples(latencies.Percentile(0.99)), "ms"));
        run.Add(BenchRow.Of($"{name}: searches/s", new Samples(count / seconds), "searches/s"));
    }

    private static async Task<double[]> AskAsync(
        RetrievalProcess retrieval, Way way, int count, int concurrency, CancellationToken cancellationToken)
    {
        var latencies = new double[count];
        await Parallel.ForAsync(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellationToken },
            async (i, token) =>
            {
                var request = Request(way, i);
                var start = Stopwatch.GetTimestamp();
                var answer = await retrieval.Client.SearchAsync(request, cancellationToken: token);
                latencies[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                if (way.Name != "keyword" && answer.Results.Count == 0) throw new BenchException("Nothing was found.");
            });
        return latencies;
    }

    private static SearchRequest Request(Way way, int number)
    {
        var request = way.Create();
        request.Collections.Add(Collection);
        request.Query = SearchCorpus.Query(number);
        request.QueryVector = ByteString.CopyFrom(MemoryMarshal.AsBytes(SeededEmbedding.Vector(request.Query).AsSpan()));
        request.QueryDimension = SeededEmbedding.Dimension;
        return request;
    }

    private static Filter OneShard() => new()
    {
        Comparison = new Comparison
        {
            Key = SearchCorpus.ShardKey, Operator = ComparisonOperator.Equal, Values = { new FilterValue { Number = 7 } },
        },
    };

    private static double MiB(long bytes) => bytes / 1024.0 / 1024;

    private sealed record Way(string Name, Func<SearchRequest> Create);
}
