using Millrace.Bench.Harness;
using Millrace.Bench.Load;
using Millrace.Bench.Peers;
using Millrace.LlamaCpp;

namespace Millrace.Bench.Engine;

/// <summary>
/// The inference member as it is shipped, over gRPC, against the raw loop of its own library and against node-llama-cpp: the same file, the
/// same release, the same threads, the same prompts, greedy, as many tokens.
/// </summary>
internal sealed class EngineBench : IBench
{
    private const string Engine = "engine";
    private const string OwnCells = "raw loop";
    private const string SharedCells = "raw loop, shared cells";
    private const string Peer = "node-llama-cpp";
    private const int AllCoresRounds = 2;

    /// <inheritdoc/>
    public string Name => "engine";

    /// <inheritdoc/>
    public string Summary => "tokens/s and time to first token of the engine over gRPC, against a raw llama_decode loop and node-llama-cpp";

    /// <inheritdoc/>
    public async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var node = await NodeLlama.FindAsync(run, cancellationToken);
        foreach (var group in EngineCase.Of(run).GroupBy(entry => entry.Model))
        {
            using var model = LlamaModel.Load(group.Key.Path);
            var prompts = new Prompts(model.Vocab);
            foreach (var entry in group) await MeasureAsync(run, entry, new Sides(model, prompts, node), cancellationToken);
        }
    }

    private static async Task MeasureAsync(BenchRun run, EngineCase entry, Sides sides, CancellationToken cancellationToken)
    {
        await using var member = await MemberProcess.StartAsync(
            new MemberSettings { Model = entry.Model.Path, Slots = entry.Streams, ContextTokens = entry.ContextTokens }, cancellationToken);
        using var own = sides.Loop(entry, new());
        using var shared = entry.Streams > 1 ? sides.Loop(entry, new() { Shared = true }) : null;
        await using var peer = entry.HasPeer ? await sides.PeerAsync(entry, cancellationToken) : null;

        List<Contestant<LoadResult>> contestants =
        [
            new(Engine, (round, token) => member.RunAsync(Prompts(round), entry.Tokens, token)),
            new(OwnCells, (round, _) => own.RunAsync(Prompts(round), entry.Tokens)),
        ];
        if (shared is not null) contestants.Add(new(SharedCells, (round, _) => shared.RunAsync(Prompts(round), entry.Tokens)));
        if (peer is not null) contestants.Add(new(Peer, (round, token) => peer.RunAsync(Prompts(round), entry.Tokens, token)));

        var results = await Rounds.RunAsync(
            entry.RoundCount, contestants, what => run.Progress($"{entry.Name}: {what}"), cancellationToken);
        Report(run, entry, results, sides.Node);
        if (entry.HasAllCores && !run.Options.Quick) await CompareThreadsAsync(run, entry, sides, cancellationToken);

        int[][] Prompts(int round) => sides.PromptsOf(entry, round);
    }

    private static void Report(
        BenchRun run, EngineCase entry, IReadOnlyDictionary<string, IReadOnlyList<LoadResult>> results, NodeLlama node)
    {
        var engine = results[Engine];
        var (floorName, floor) = Floor(results);
        var note = entry.Model.IsJudged ? null : "not judged: on so small a model everything but the model's own work shows";

        run.Add(Row("tokens/s", "tokens/s", result => result.TokensPerSecond, entry.FloorTarget) with { Note = note });
        run.Add(Row("time to first token, p50", "ms", result => result.FirstToken(0.5)));
        if (entry.Streams > 1) run.Add(Row("time to first token, p99", "ms", result => result.FirstToken(0.99)));
        run.Add(Row("CPU time per token", "ms", result => result.CpuMsPerToken));
        run.Add(Row("time per step", "us", result => result.StepUs));
        run.Add(BenchRow.Of(
            $"{entry.Name}: tokens the same as the raw loop's",
            new Samples(engine.Zip(results[OwnCells], (mine, its) => mine.SameAs(its))),
            "share"));
        if (results.TryGetValue(SharedCells, out var shared))
            run.Add(BenchRow.Compare(
                ($"{entry.Name}: {SharedCells}, tokens/s", Of(shared, result => result.TokensPerSecond)),
                "tokens/s",
                (OwnCells, Of(results[OwnCells], result => result.TokensPerSecond))));
        ReportPeer(run, entry, results, node);

        BenchRow Row(string what, string unit, Func<LoadResult, double> figure, Target? target = null) => BenchRow.Compare(
            ($"{entry.Name}: {what}", Of(engine, figure)), unit, (floorName, Of(floor, figure)), target);
    }

    private static void ReportPeer(
        BenchRun run, EngineCase entry, IReadOnlyDictionary<string, IReadOnlyList<LoadResult>> results, NodeLlama node)
    {
        if (!entry.HasPeer) return;
        if (!results.TryGetValue(Peer, out var peer))
        {
            run.Add(BenchRow.NotMeasured($"{entry.Name}: against {Peer}", "tokens/s", node.WhyNot ?? "", entry.PeerTarget));
            return;
        }

        run.Add(Row("tokens/s", "tokens/s", result => result.TokensPerSecond, entry.PeerTarget));
        run.Add(Row("time to first token, p50", "ms", result => result.FirstToken(0.5)));

        BenchRow Row(string what, string unit, Func<LoadResult, double> figure, Target? target = null) => BenchRow.Compare(
            ($"{entry.Name}: {what}, against {Peer}", Of(results[Engine], figure)), unit, (Peer, Of(peer, figure)), target);
    }

    /// <summary>The faster of the raw loops: which of them the engine resembles must not matter to how it is judged.</summary>
    private static (string Name, IReadOnlyList<LoadResult> Results) Floor(IReadOnlyDictionary<string, IReadOnlyList<LoadResult>> results) =>
        results.Where(entry => entry.Key is OwnCells or SharedCells)
            .Select(entry => (entry.Key, entry.Value))
            .MaxBy(entry => Of(entry.Value, result => result.TokensPerSecond).Median);

    private static Samples Of(IEnumerable<LoadResult> results, Func<LoadResult, double> figure) => new(results.Select(figure));

    private static async Task CompareThreadsAsync(BenchRun run, EngineCase entry, Sides sides, CancellationToken cancellationToken)
    {
        var allCores = $"raw loop, {Environment.ProcessorCount} threads";
        using var few = sides.Loop(entry, new());
        using var all = sides.Loop(entry, new() { Threads = Environment.ProcessorCount });
        var results = await Rounds.RunAsync<LoadResult>(
            AllCoresRounds,
            [
                new(allCores, (round, _) => all.RunAsync(sides.PromptsOf(entry, round), entry.Tokens)),
                new(OwnCells, (round, _) => few.RunAsync(sides.PromptsOf(entry, round), entry.Tokens)),
            ],
            what => run.Progress($"{entry.Name}: all cores, {what}"),
            cancellationToken);
        run.Add(BenchRow.Compare(
            ($"{entry.Name}: {allCores}, tokens/s", Of(results[allCores], result => result.TokensPerSecond)),
            "tokens/s",
            ($"raw loop, threads: {BenchOptions.Threads}", Of(results[OwnCells], result => result.TokensPerSecond))));
    }

    /// <summary>What a raw loop differs in.</summary>
    private sealed record LoopVariant
    {
        public bool Shared { get; init; }

        public int Threads { get; init; } = BenchOptions.Threads;
    }

    /// <summary>What the sides of a comparison are made from.</summary>
    private sealed record Sides(LlamaModel Model, Prompts Prompts, NodeLlama Node)
    {
        public int[][] PromptsOf(EngineCase entry, int round) => Prompts.Many(round, entry.Streams, entry.PromptTokens);

        public RawLoop Loop(EngineCase entry, LoopVariant variant) => new(Model, new RawLoopOptions
        {
            Streams = entry.Streams,
            ContextTokens = entry.ContextTokens,
            SharedCells = variant.Shared,
            Threads = variant.Threads,
        });

        public async Task<NodeLlamaProcess?> PeerAsync(EngineCase entry, CancellationToken cancellationToken) =>
            Node.WhyNot is null
                ? await NodeLlamaProcess.StartAsync(
                    Node, new(entry.Model.Path, entry.Streams, entry.ContextTokens, BenchOptions.Threads), cancellationToken)
                : null;
    }
}
