using System.Diagnostics;
using Millrace.Bench.Harness;

namespace Millrace.Bench.Affinity;

/// <summary>
/// Whether a Gateway that sends a conversation to the member that has its beginning is better than one that takes turns: many sessions with
/// one system prompt, each asking again and again with its whole history, over members whose caches hold a part of them.
/// </summary>
internal sealed class AffinityBench : IBench
{
    private const string Prefix = "prefix";
    private const string TurnByTurn = "round-robin";

    /// <inheritdoc/>
    public string Name => "affinity";

    /// <inheritdoc/>
    public string Summary => "conversations over four members behind the Gateway: choosing by prefix against taking turns";

    /// <inheritdoc/>
    public async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var load = run.Options.Quick ? new PoolLoad(Members: 2, Sessions: 4, Turns: 2, AtOnce: 2) : new PoolLoad(4, 40, 6, 8);
        var results = await Rounds.RunAsync<PoolResult>(
            run.Options.Quick ? 1 : 4,
            [
                new(Prefix, (_, token) => load.RunAsync(Prefix, BenchRun.TinyModel.Path, token)),
                new(TurnByTurn, (_, token) => load.RunAsync(TurnByTurn, BenchRun.TinyModel.Path, token)),
            ],
            run.Progress,
            cancellationToken,
            warmUp: false);

        run.Add(Compare("throughput", "requests/s", result => result.RequestsPerSecond, "SGLang reports 1.9x for its router"));
        run.Add(Compare("time to first token, p50", "ms", result => result.FirstToken.Median));
        run.Add(Compare("time to first token, p99", "ms", result => result.FirstToken.Percentile(0.99)));
        run.Add(HitRate(results));

        BenchRow Compare(string metric, string unit, Func<PoolResult, double> figure, string? note = null) => BenchRow.Compare(
            ($"{load}: {metric}", new Samples(results[Prefix].Select(figure))),
            unit,
            (TurnByTurn, new Samples(results[TurnByTurn].Select(figure))),
            note: note);

        BenchRow HitRate(IReadOnlyDictionary<string, IReadOnlyList<PoolResult>> all) =>
            all.Values.All(rounds => rounds.All(result => result.HitRate > 0))
                ? Compare("prompt tokens from a cache", "share", result => result.HitRate, "SGLang reports 3.8x for its router")
                : BenchRow.NotMeasured($"{load}: prompt tokens from a cache", "share", "the members took none from a cache");
    }

    /// <summary>What the pool is asked.</summary>
    private sealed record PoolLoad(int Members, int Sessions, int Turns, int AtOnce)
    {
        private const int KvCells = 8192;
        private const int WarmUpNumber = 1000;

        public async Task<PoolResult> RunAsync(string policy, string model, CancellationToken cancellationToken)
        {
            await using var pool = await Pool.StartAsync(policy, model, Members, KvCells, cancellationToken);
            using var http = new HttpClient { BaseAddress = pool.Http };
            for (var i = 0; i < Members; i++) await new ChatSession(http, WarmUpNumber + i).AskAsync(cancellationToken);

            var sessions = Enumerable.Range(1, Sessions).Select(number => new ChatSession(http, number)).ToArray();
            var before = await pool.PromptTokensAsync(cancellationToken);
            var start = Stopwatch.GetTimestamp();
            List<double> firstTokens = [];
            for (var turn = 0; turn < Turns; turn++) firstTokens.AddRange(await AskAllAsync(sessions, cancellationToken));
            var elapsed = Stopwatch.GetElapsedTime(start);
            var after = await pool.PromptTokensAsync(cancellationToken);
            var prompt = after.Prompt - before.Prompt;
            return new PoolResult(
                firstTokens.Count / elapsed.TotalSeconds,
                prompt == 0 ? 0 : (after.Cached - before.Cached) / (double)prompt,
                new Samples(firstTokens));
        }

        public override string ToString() => $"{Sessions} sessions x {Turns} turns, {Members} members";

        // A turn of every session before the next turn of any: between its turns a session is away, as users are.
        private async Task<double[]> AskAllAsync(ChatSession[] sessions, CancellationToken cancellationToken)
        {
            var firstTokens = new double[sessions.Length];
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
            await Parallel.ForAsync(
                0, sessions.Length, parallel, async (index, token) => firstTokens[index] = await sessions[index].AskAsync(token));
            return firstTokens;
        }
    }

    private sealed record PoolResult(double RequestsPerSecond, double HitRate, Samples FirstToken);
}
