using Millrace.Bench.Engine;
using Millrace.Bench.Harness;
using Millrace.Bench.Load;
using Millrace.LlamaCpp;

namespace Millrace.Bench.Prefix;

/// <summary>
/// What a request costs whose beginning was computed before. The fair measure is a raw loop that has that beginning in its cache: the new
/// tokens must look at it in either case. What the new tokens cost with nothing before them is shown beside.
/// </summary>
internal sealed class PrefixBench : IBench
{
    private const int PrefixTokens = 1000;
    private const int ContextTokens = 2048;
    private const int Slots = 4;
    private const int OtherRounds = 1000;
    private const string Warm = "member, prefix seen before";
    private const string Cold = "member, prefix new";
    private const string WarmLoop = "raw loop, prefix in its cache";
    private const string BareLoop = "raw loop, new tokens alone";

    /// <inheritdoc/>
    public string Name => "prefix";

    /// <inheritdoc/>
    public string Summary => "a request that shares 1,000 tokens with an earlier one, against a raw loop that has them in its cache";

    /// <inheritdoc/>
    public async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        foreach (var entry in run.Models)
        {
            using var model = LlamaModel.Load(entry.Path);
            using var loop = new RawLoop(model, new RawLoopOptions { Streams = 1, ContextTokens = ContextTokens });
            await using var member = await MemberProcess.StartAsync(
                new MemberSettings { Model = entry.Path, Slots = Slots, ContextTokens = ContextTokens }, cancellationToken);
            var prompts = new SharedPrompts(new Prompts(model.Vocab));
            foreach (var count in run.Options.Quick ? [32] : new[] { 32, 128 })
                await CompareAsync(run, new(entry, prompts, count, run.Options.Quick), (member, loop), cancellationToken);
            await CompareWithOthersAsync(run, new(entry, prompts, 32, run.Options.Quick), (member, loop), cancellationToken);
        }
    }

    /// <summary>The member's cache holds little else.</summary>
    private static async Task CompareAsync(
        BenchRun run, PrefixCase entry, (MemberProcess Member, RawLoop Loop) sides, CancellationToken cancellationToken)
    {
        var results = await Rounds.RunAsync<LoadResult>(
            entry.RoundCount,
            [
                new(Warm, (round, token) => WarmAsync(entry, sides.Member, round, token)),
                new(WarmLoop, (round, _) => WarmLoopAsync(entry, sides.Loop, round)),
                new(BareLoop, (round, _) => sides.Loop.RunAsync([entry.Prompts.Bare(round, entry.NewTokens)], entry.Tokens)),
            ],
            what => run.Progress($"{entry.Name}: {what}"),
            cancellationToken);

        var cached = results[Warm].Min(result => result.CachedTokens);
        var note = $"{cached:N0} of {PrefixTokens:N0} prefix tokens came from the cache";
        var target = entry.Model.Judge(Target.AtMost(1.05));
        run.Add(Row($"{entry.Name}: whole request", results, WarmLoop, result => result.ElapsedMs, target) with { Note = note });
        run.Add(Row($"{entry.Name}: first token", results, WarmLoop, result => result.FirstToken(0.5)));
        run.Add(Row($"{entry.Name}: CPU time", results, WarmLoop, result => result.CpuTime.TotalMilliseconds));
        run.Add(Row($"{entry.Name}: whole request", results, BareLoop, result => result.ElapsedMs));
    }

    /// <summary>The member's cache fills with other prompts: what that costs those with a shared beginning, and what they save.</summary>
    private static async Task CompareWithOthersAsync(
        BenchRun run, PrefixCase entry, (MemberProcess Member, RawLoop Loop) sides, CancellationToken cancellationToken)
    {
        var name = $"{entry.Name}, among other prompts";
        var results = await Rounds.RunAsync<LoadResult>(
            entry.RoundCount,
            [
                new(Warm, (round, token) => WarmAsync(entry, sides.Member, round + OtherRounds, token)),
                new(WarmLoop, (round, _) => WarmLoopAsync(entry, sides.Loop, round + OtherRounds)),
                new(Cold, (round, token) => sides.Member.RunAsync([entry.Prompts.Cold(round, entry.NewTokens)], entry.Tokens, token)),
            ],
            what => run.Progress($"{name}: {what}"),
            cancellationToken);
        run.Add(Row($"{name}: whole request", results, WarmLoop, result => result.ElapsedMs));
        run.Add(Row($"{name}: whole request", results, Cold, result => result.ElapsedMs));
    }

    private static BenchRow Row(
        string metric,
        IReadOnlyDictionary<string, IReadOnlyList<LoadResult>> results,
        string baseline,
        Func<LoadResult, double> figure,
        Target? target = null) => BenchRow.Compare(
            (metric, new Samples(results[Warm].Select(figure))), "ms", (baseline, new Samples(results[baseline].Select(figure))), target);

    // The beginning is asked for once more before each round, as the least recently used would be the first to go.
    private static async Task<LoadResult> WarmAsync(
        PrefixCase entry, MemberProcess member, int round, CancellationToken cancellationToken)
    {
        await member.RunAsync([entry.Prompts.Other(round, entry.NewTokens)], 1, cancellationToken);
        return await member.RunAsync([entry.Prompts.Warm(round, entry.NewTokens)], entry.Tokens, cancellationToken);
    }

    private static async Task<LoadResult> WarmLoopAsync(PrefixCase entry, RawLoop loop, int round)
    {
        await loop.RunAsync([entry.Prompts.Other(round, entry.NewTokens)], 1);
        return await loop.RunAsync([entry.Prompts.Warm(round, entry.NewTokens)], entry.Tokens, PrefixTokens);
    }

    private sealed record PrefixCase(BenchModel Model, SharedPrompts Prompts, int NewTokens, bool Quick)
    {
        public string Name => $"{Model.Name}, {PrefixTokens:N0} shared + {NewTokens} new tokens";

        public int Tokens => Quick ? 4 : 32;

        public int RoundCount => Quick ? 1 : 6;
    }

    /// <summary>Prompts with one common beginning, and others without.</summary>
    private sealed class SharedPrompts(Prompts prompts)
    {
        private const int PrefixRound = 1_000_000;

        private readonly int[] _prefix = prompts.Next(PrefixRound, 0, PrefixTokens);

        public int[] Warm(int round, int count) => [.. _prefix, .. prompts.Next(round, 1, count)];

        public int[] Other(int round, int count) => [.. _prefix, .. prompts.Next(round, 2, count)];

        public int[] Bare(int round, int count) => prompts.Next(round, 1, count);

        public int[] Cold(int round, int count) => prompts.Next(round, 3, PrefixTokens + count);
    }
}
