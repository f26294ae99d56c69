using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Bench.Harness;
using Millrace.Bench.Load;
using Millrace.Bench.Processes;
using Millrace.Bench.Retrieval;
using Millrace.Contracts.Embedding.V1;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval;
using Millrace.ServiceDefaults.Clients;
using Millrace.TestShared;

namespace Millrace.Bench.Ingest;

/// <summary>
/// Documents from the upload until they can be found: with the built-in encoder, which tells where the time goes, and with vectors that
/// cost nothing, which tells what everything else costs and whether memory stays within what the index needs.
/// </summary>
internal sealed class IngestBench : IBench
{
    private const int Sections = 10;
    private const double MegabyteBytes = 1024 * 1024;

    /// <inheritdoc/>
    public string Name => "ingest";

    /// <inheritdoc/>
    public string Summary => "documents/s and MB/s from upload until found, where the time goes, memory over 100,000 chunks";

    /// <inheritdoc/>
    public async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        await using var encoders = await ServiceProcess.StartAsync(
            "Embedding", [new("Embedding__ThreadCount", $"{BenchOptions.Threads}")], cancellationToken);
        await MeasureStagesAsync(run, encoders, cancellationToken);
        await MeasureMemoryAsync(run, encoders, cancellationToken);
    }

    // In this process, since the stages are read from the service's own meter.
    private static async Task MeasureStagesAsync(BenchRun run, ServiceProcess encoders, CancellationToken cancellationToken)
    {
        using var data = new TemporaryFolder();
        using var stages = new StageTimes();
        await using var service = await ServiceUnderTest.StartAsync(
            builder => builder.AddRetrieval(),
            app => app.MapRetrieval(),
            ("MILLRACE_DATA_DIR", data.Path),
            ("services:embedding:grpc:0", encoders.Grpc.ToString()));
        var load = new DocumentLoad(new RetrievalService.RetrievalServiceClient(service.Invoker("retrieval")), "stages", Sections);
        await load.CreateAsync(cancellationToken);
        await load.RunAsync(8, cancellationToken);
        var before = stages.Seconds.ToDictionary();
        run.Progress("built-in encoder");
        var loaded = await load.RunAsync(run.Options.Quick ? 16 : 400, cancellationToken);

        run.Add(BenchRow.Of("built-in encoder: documents/s", new Samples(loaded.DocumentsPerSecond), "documents/s", note: Size(loaded)));
        run.Add(BenchRow.Of("built-in encoder: MB/s", new Samples(loaded.MegabytesPerSecond), "MB/s"));
        foreach (var (stage, seconds) in stages.Seconds.OrderByDescending(stage => stage.Value))
            run.Add(BenchRow.Of(
                $"built-in encoder: {stage}, per document",
                new Samples((seconds - before.GetValueOrDefault(stage)) * 1000 / loaded.Documents),
                "ms",
                note: "time of the stage over all workers, waiting for others included"));
    }

    private static async Task MeasureMemoryAsync(BenchRun run, ServiceProcess encoders, CancellationToken cancellationToken)
    {
        using var channels = new ServiceChannels(NullLoggerFactory.Instance, TimeProvider.System);
        var tokens = new EmbeddingService.EmbeddingServiceClient(channels.Invoker("embedding", encoders.Grpc, new ServiceClientOptions()));
        await using var seeded = await ServiceUnderTest.StartAsync(
            builder => builder.Services.AddSingleton(new SeededEncoder(tokens)), app => app.MapGrpcService<SeededEncoder>());
        await using var retrieval = await ServiceProcess.StartAsync(
            "Retrieval", [new("services__embedding__grpc__0", seeded.GrpcAddress.ToString())], cancellationToken);
        var client = new RetrievalService.RetrievalServiceClient(
            channels.Invoker("retrieval", retrieval.Grpc, new ServiceClientOptions()));
        var load = new DocumentLoad(client, "memory", Sections);
        await load.CreateAsync(cancellationToken);

        var quarter = run.Options.Quick ? 25 : 2500;
        List<(LoadedDocuments Loaded, long Resident)> quarters = [];
        for (var i = 1; i <= 4; i++)
        {
            run.Progress($"seeded vectors, quarter {i} of 4");
            quarters.Add((await load.RunAsync(quarter, cancellationToken), retrieval.ResidentBytes));
        }

        Report(run, quarters, retrieval.PeakResidentBytes);
    }

    private static void Report(BenchRun run, List<(LoadedDocuments Loaded, long Resident)> quarters, long peak)
    {
        var chunks = quarters.Sum(quarter => quarter.Loaded.Chunks);
        var rates = new Samples(quarters.Select(quarter => quarter.Loaded.ChunksPerSecond));
        run.Add(BenchRow.Of("seeded vectors: chunks/s", rates, "chunks/s", note: $"{chunks:N0} chunks in four quarters"));
        run.Add(BenchRow.Of(
            "seeded vectors: documents/s", new Samples(quarters.Select(quarter => quarter.Loaded.DocumentsPerSecond)), "documents/s"));
        run.Add(BenchRow.Of("seeded vectors: MB/s", new Samples(quarters.Select(quarter => quarter.Loaded.MegabytesPerSecond)), "MB/s"));
        for (var i = 0; i < quarters.Count; i++)
            run.Add(BenchRow.Of($"memory after quarter {i + 1}", new Samples(quarters[i].Resident / MegabyteBytes), "MiB"));
        run.Add(BenchRow.Of("memory, peak", new Samples(peak / MegabyteBytes), "MiB"));

        // What grows is the index: a vector, its links and its document's attributes. Twice the vector is room for all of it.
        var growth = (double)(quarters[^1].Resident - quarters[1].Resident) / quarters.Skip(2).Sum(quarter => quarter.Loaded.Chunks);
        run.Add(BenchRow.Of(
            "memory per chunk over the second half, in vectors",
            new Samples(growth / (SeededEmbedding.Dimension * sizeof(float))),
            "x",
            Target.AtMost(2)));
    }

    private static string Size(LoadedDocuments loaded) =>
        $"{loaded.Documents} documents, {loaded.Bytes / MegabyteBytes:0.0} MiB, {loaded.Chunks} chunks";
}
