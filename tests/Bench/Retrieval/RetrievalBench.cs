using System.Globalization;
using Grpc.Core;
using Millrace.Bench.Harness;
using Millrace.Bench.Processes;
using Millrace.Contracts.Retrieval.V1;

namespace Millrace.Bench.Retrieval;

/// <summary>How well passages are found, with the built-in models through the real services.</summary>
internal sealed class RetrievalBench : IBench
{
    private const double RecallTarget = 0.72;
    private const double ReciprocalTarget = 0.87;

    // Chunks that are given are not cut again.
    private static readonly Cut Given = new("given", new ChunkingSettings { ChunkTokensMax = 8192, OverlapTokens = 0 });

    private static readonly Cut[] Cuts =
    [
        new("recursive", new ChunkingSettings { Strategy = ChunkingStrategy.Recursive }),
        new("recursive 512/50", new ChunkingSettings { Strategy = ChunkingStrategy.Recursive, ChunkTokensMax = 512, OverlapTokens = 50 }),
        new("paragraph", new ChunkingSettings { Strategy = ChunkingStrategy.Paragraph }),
        new("markdown", new ChunkingSettings { Strategy = ChunkingStrategy.Markdown }),
        new("sentence window", new ChunkingSettings { Strategy = ChunkingStrategy.SentenceWindow }),
        new("semantic", new ChunkingSettings { Strategy = ChunkingStrategy.Semantic }),
        new("fixed", new ChunkingSettings { Strategy = ChunkingStrategy.Fixed }),
    ];

    /// <inheritdoc/>
    public string Name => "retrieval";

    /// <inheritdoc/>
    public string Summary => "R@3, R@20, MRR and nDCG@10 by words, by meaning, by both and with a cross-encoder, for each way of cutting";

    /// <inheritdoc/>
    public async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var questionsMax = run.Options.Quick ? 10 : int.MaxValue;
        await using var embedding = await ServiceProcess.StartAsync("Embedding", [], cancellationToken);
        await using var retrieval = await RetrievalProcess.StartAsync(
            embedding.Grpc, [new("Retrieval__Search__RerankWeight", "1")], cancellationToken);
        var table = new QualityTable();
        var measured = new Measured(run, retrieval, table);

        var samples = QualityData.Samples(questionsMax);
        foreach (var cut in run.Options.Quick ? Cuts[..1] : Cuts) await measured.AddAsync(samples, cut, cancellationToken);
        if (QualityData.AnthropicDocs(questionsMax) is not { } docs)
            run.Add(BenchRow.NotMeasured("anthropic-docs", "share", "../shared/data/anthropic-docs is missing"));
        else if (!run.Options.Quick)
            foreach (var cut in Cuts.Prepend(Given)) await measured.AddAsync(docs, cut, cancellationToken);
        run.Progress($"written: {table.Write(run.Folder)}");
    }

    private sealed record Cut(string Name, ChunkingSettings Settings);

    private sealed record Measured(BenchRun Run, RetrievalProcess Retrieval, QualityTable Table)
    {
        public async Task AddAsync(QualityData data, Cut cut, CancellationToken cancellationToken)
        {
            var name = $"{data.Name}, {cut.Name}";
            var collection = new CreateCollectionRequest
            {
                Name = name.Replace(", ", "-", StringComparison.Ordinal).Replace(' ', '-').Replace('/', '-'), Chunking = cut.Settings,
            };
            Run.Progress($"{name}: indexing");
            try
            {
                await Retrieval.FillAsync(collection, data.Documents, cancellationToken);
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.InvalidArgument)
            {
                Run.Add(BenchRow.NotMeasured(name, "share", error.Status.Detail));
                return;
            }

            Run.Progress($"{name}: searching");
            var all = await new QualityGrid(Retrieval.Client, collection.Name, data).MeasureAsync(Run.Options.Quick, cancellationToken);
            Table.Add(data.Name, cut.Name, all);
            foreach (var scores in all) Add(name, scores, all[0]);
            Judge(name, all, isTarget: cut == Given);
        }

        private void Add(string name, QualityScores scores, QualityScores keyword)
        {
            AddOne("R@3", scores.RecallAt3, keyword.RecallAt3);
            AddOne("MRR", scores.ReciprocalRank, keyword.ReciprocalRank);

            void AddOne(string metric, IReadOnlyList<double> mine, IReadOnlyList<double> its) =>
                Run.Add(BenchRow.Of($"{name}: {scores.Name}, {metric}", new Samples(mine.Average()), "share", note: Note(mine, its)));
        }

        // What a user gets who takes the best weights, against the parts that it is made of.
        private void Judge(string name, IReadOnlyList<QualityScores> all, bool isTarget)
        {
            var best = all.Where(scores => scores.Name.StartsWith(QualityGrid.Reranked, StringComparison.Ordinal))
                .MaxBy(scores => scores.ReciprocalRank.Average())!;
            var (reciprocal, recall) = (new Samples(best.ReciprocalRank.Average()), new Samples(best.RecallAt3.Average()));
            foreach (var part in all.Take(2))
                Run.Add(BenchRow.Compare(
                    ($"{name}: best {QualityGrid.Reranked}, MRR", reciprocal),
                    "share",
                    (part.Name, new Samples(Math.Max(part.ReciprocalRank.Average(), double.Epsilon))),
                    Target.AtLeast(1),
                    best.Name));
            if (!isTarget) return;
            Run.Add(BenchRow.Of($"{name}: best, R@3", recall, "share", Target.AtLeast(RecallTarget), best.Name));
            Run.Add(BenchRow.Of($"{name}: best, MRR", reciprocal, "share", Target.AtLeast(ReciprocalTarget), best.Name));
        }

        private static string Note(IReadOnlyList<double> mine, IReadOnlyList<double> keyword)
        {
            var (low, high) = QualityScores.Difference(mine, keyword);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"against BM25 {low:+0.000;-0.000;0.000} to {high:+0.000;-0.000;0.000}, {mine.Count} questions");
        }
    }
}
