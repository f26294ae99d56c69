using System.Diagnostics;
using Millrace.Bench.Harness;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Index.Embedded.Words;
using Millrace.Retrieval.Search;
using Millrace.Retrieval.Tests.Index.Words;
using Millrace.TestShared;

namespace Millrace.Bench.Retrieval;

/// <summary>The same keyword queries over the same chunks in this process: the word index in memory, and SQLite's FTS5 on a file.</summary>
internal static class KeywordComparison
{
    private const string Ours = "word index";
    private const string Theirs = "SQLite FTS5";
    private const int CountMax = 100;

    private static readonly FieldWeights Weights = new(1, 1, 1);

    /// <summary>Measures, and checks that both find the same.</summary>
    public static async Task RunAsync(BenchRun run, int chunks, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var (rounds, queries) = run.Options.Quick ? (2, 16) : (5, 100);
        var texts = Chunks(chunks);
        run.Progress($"{chunks:#,0} chunks for SQLite FTS5");
        using var fullText = new FullTextIndex(Path.Combine(folder.Path, "words.db"), Weights);
        fullText.Put(texts);
        using var index = Load(run, texts);
        RequireSame(index, fullText);
        var results = await Rounds.RunAsync(
            rounds,
            [
                new Contestant<double[]>(Ours, (round, _) => Ask(round, queries, text => Find(index, text))),
                new Contestant<double[]>(Theirs, (round, _) => Ask(round, queries, text => fullText.Search(text, CountMax))),
            ],
            run.Progress,
            cancellationToken);
        foreach (var share in (double[])[0.5, 0.99])
        {
            run.Add(BenchRow.Compare(
                ($"{chunks:#,0} chunks, keyword in process, {Ours}: p{share * 100}", Percentiles(results[Ours], share)),
                "ms",
                (Theirs, Percentiles(results[Theirs], share)),
                note: $"the best {CountMax}"));
        }
    }

    private static List<(long Chunk, ChunkWords Words)> Chunks(int count) => [.. Enumerable
        .Range(0, count / SearchCorpus.ParagraphsPerDocument)
        .SelectMany(number => SearchCorpus.Paragraphs(number).Select(text => new ChunkWords($"d{number}", "", text)))
        .Select((words, chunk) => ((long)chunk, words))];

    private static WordIndex Load(BenchRun run, List<(long Chunk, ChunkWords Words)> texts)
    {
        var start = Stopwatch.GetTimestamp();
        var stored = texts.Select(text => (text.Chunk, ChunkStems.Of(text.Words))).ToList();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        run.Add(BenchRow.Of($"{Ours}: chunks/s cut into words and stemmed", new Samples(texts.Count / seconds), "chunks/s"));
        start = Stopwatch.GetTimestamp();
        var index = new WordIndex(Weights, stored);
        var load = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        run.Add(BenchRow.Of($"{Ours}: load {texts.Count:#,0} chunks", new Samples(load), "ms", note: "from stems in memory"));
        run.Add(BenchRow.Of(
            $"{Ours}: memory per chunk",
            new Samples(index.Bytes / (double)index.Count),
            "bytes",
            note: $"{Figures.Short(index.Bytes / (double)index.EntryCount)} bytes per posting, all in"));
        return index;
    }

    private static void RequireSame(WordIndex index, FullTextIndex fullText)
    {
        for (var number = 0; number < 8; number++)
        {
            var text = SearchCorpus.Query(number);
            var (ours, theirs) = (Find(index, text).Chunks, fullText.Search(text, CountMax));
            var isSame = ours.Count == theirs.Count && ours.Zip(theirs).All(pair => Math.Abs(pair.First.Score - pair.Second.Score) < 1e-6);
            if (!isSame) throw new BenchException($"The word index and SQLite FTS5 rank differently for '{text}'.");
        }
    }

    private static WordRanking Find(WordIndex index, string text) =>
        index.Search(KeywordQuery.Terms(text), CountMax, static () => null, CancellationToken.None);

    private static Task<double[]> Ask(int round, int queries, Action<string> search)
    {
        var latencies = new double[queries];
        for (var i = 0; i < queries; i++)
        {
            var text = SearchCorpus.Query((round * queries) + i);
            var start = Stopwatch.GetTimestamp();
            search(text);
            latencies[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        return Task.FromResult(latencies);
    }

    private static Samples Percentiles(IReadOnlyList<double[]> rounds, double share) =>
        new(rounds.Select(latencies => new Samples(latencies).Percentile(share)));
}
