using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Bench.Harness;
using Millrace.Bench.Load;
using Millrace.Bench.Processes;
using Millrace.Contracts.Embedding.V1;
using Millrace.ServiceDefaults.Clients;
using Millrace.TestShared;

namespace Millrace.Bench.Embedding;

/// <summary>The embedding service over gRPC, one text per call, against its own library given the same texts in batches.</summary>
internal sealed class EmbeddingBench : IBench
{
    private const int BatchTexts = 32;
    private const int BatchTokens = 2048;
    private const int WordsPerText = 24;
    private const string Service = "service";
    private const string Again = "service, the same texts again";
    private const string Bare = "bare library";

    /// <inheritdoc/>
    public string Name => "embedding";

    /// <inheritdoc/>
    public string Summary => "texts/s of the embedding service over gRPC, one text per call, against the bare library in batches";

    /// <inheritdoc/>
    public async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        using var bare = new BareEncoder(Path.Combine(RepoPaths.Models, "tiny-embed.gguf"), BatchTexts, BatchTokens);
        await using var service = await ServiceProcess.StartAsync("Embedding", Settings(), cancellationToken);
        using var channels = new ServiceChannels(NullLoggerFactory.Instance, TimeProvider.System);
        var client = new EmbeddingService.EmbeddingServiceClient(
            channels.Invoker("embedding", service.Grpc, new ServiceClientOptions()));
        foreach (var concurrency in run.Options.Quick ? [1, 8] : new[] { 1, 8, 64 })
            await MeasureAsync(run, new(client, bare, run.Options.Quick ? 32 : 512, concurrency), cancellationToken);
    }

    private static IEnumerable<KeyValuePair<string, string>> Settings() =>
    [
        new("Embedding__ThreadCount", $"{BenchOptions.Threads}"),
        new("Embedding__BatchTextsMax", $"{BatchTexts}"),
        new("Embedding__BatchTokensMax", $"{BatchTokens}"),
    ];

    private static async Task MeasureAsync(BenchRun run, Sides sides, CancellationToken cancellationToken)
    {
        var name = $"{sides.Concurrency} at a time";
        var results = await Rounds.RunAsync<double>(
            run.Options.Quick ? 1 : 6,
            [
                new(Service, (round, token) => sides.ServiceAsync(round, token)),
                new(Bare, (round, _) => sides.BareAsync(round)),
            ],
            what => run.Progress($"{name}: {what}"),
            cancellationToken);
        var again = await Rounds.RunAsync<double>(
            run.Options.Quick ? 1 : 3, [new(Again, (_, token) => sides.ServiceAsync(round: 1, token))], _ => { }, cancellationToken);

        var perSecond = new Samples(results[Service]);
        run.Add(BenchRow.Compare(($"{name}: texts/s", perSecond), "texts/s", (Bare, new Samples(results[Bare]))));
        run.Add(BenchRow.Of($"{name}: texts/s, seen before", new Samples(again[Again]), "texts/s"));
    }

    private sealed record Sides(EmbeddingService.EmbeddingServiceClient Client, BareEncoder Encoder, int Count, int Concurrency)
    {
        /// <summary>Texts per second of the service.</summary>
        public async Task<double> ServiceAsync(int round, CancellationToken cancellationToken)
        {
            var texts = TextsOf(round);
            var next = -1;
            var start = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => Task.Run(WorkAsync, cancellationToken)));
            return texts.Length / Stopwatch.GetElapsedTime(start).TotalSeconds;

            async Task WorkAsync()
            {
                for (var index = Interlocked.Increment(ref next); index < texts.Length; index = Interlocked.Increment(ref next))
                    await EmbedAsync(texts[index], cancellationToken);
            }
        }

        /// <summary>Texts per second of the library.</summary>
        public Task<double> BareAsync(int round) => Task.Factory.StartNew(() => BareRate(TextsOf(round)), TaskCreationOptions.LongRunning);

        private async Task EmbedAsync(string text, CancellationToken cancellationToken)
        {
            var answer = await Client.EmbedAsync(new EmbedRequest { Inputs = { text } }, cancellationToken: cancellationToken);
            if (answer.Vectors.Length != answer.Dimension * sizeof(float)) throw new BenchException("A vector is not whole.");
        }

        private double BareRate(string[] texts)
        {
            var start = Stopwatch.GetTimestamp();
            var count = Encoder.Embed(texts, Concurrency);
            return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        private string[] TextsOf(int round) =>
            [.. Enumerable.Range(0, Count).Select(i => Texts.Of(((round * 1000) + Concurrency) * 10_000 + i, WordsPerText))];
    }
}
