using Millrace.Bench.Harness;

namespace Millrace.Bench.Engine;

/// <summary>One load: so many streams at once, of prompts so long, on this model.</summary>
/// <param name="Model">The model.</param>
/// <param name="PromptTokens">Tokens of each prompt.</param>
/// <param name="Streams">Streams at once.</param>
/// <param name="Tokens">Tokens that each generates.</param>
/// <param name="RoundCount">Rounds that count.</param>
internal sealed record EngineCase(BenchModel Model, int PromptTokens, int Streams, int Tokens, int RoundCount)
{
    private const int CellsGrain = 256;
    private const int ThreadsCaseStreams = 1;

    // A core takes milliseconds for each token of a prompt, and each contestant computes all of them in every round.
    private const int CpuPromptTokensMax = 16_000;

    /// <summary>What results call it.</summary>
    public string Name => $"{Model.Name}, {PromptTokens:N0} tokens, {Streams} {(Streams == 1 ? "stream" : "streams")}";

    /// <summary>Tokens of one stream, rounded up to what the library rounds to.</summary>
    public int ContextTokens => (PromptTokens + Tokens + CellsGrain) / CellsGrain * CellsGrain;

    /// <summary>What the engine should reach of the raw loop; where there is no target, null.</summary>
    public Target? FloorTarget => Streams == 1 ? Model.Judge(Target.AtLeast(0.97)) : null;

    /// <summary>What the engine should reach of node-llama-cpp.</summary>
    public Target? PeerTarget => Streams switch
    {
        1 => Model.Judge(Target.AtLeast(1)),
        16 => Model.Judge(Target.AtLeast(1.3)),
        _ => null,
    };

    /// <summary>Whether node-llama-cpp does the same work.</summary>
    public bool HasPeer => Streams is 1 or 16;

    /// <summary>Whether the raw loop is measured with a thread on every core as well.</summary>
    public bool HasAllCores => Model.IsJudged && Streams == ThreadsCaseStreams && BenchOptions.Threads < Environment.ProcessorCount;

    /// <summary>The cases of a run.</summary>
    public static IEnumerable<EngineCase> Of(BenchRun run) =>
        run.Models.SelectMany(model => Of(run.Options, model))
            .Where(entry => entry.Name.Contains(run.Options.Only, StringComparison.Ordinal));

    private static IEnumerable<EngineCase> Of(BenchOptions options, BenchModel model) =>
        from prompt in Lengths(options)
        from streams in Streamings(options)
        where options.Gpu || !model.IsJudged || prompt * streams <= CpuPromptTokensMax
        let tokens = TokensOf(options, model)
        select new EngineCase(model, prompt, streams, tokens, RoundsOf(options, (prompt + tokens) * streams));

    private static int[] Lengths(BenchOptions options) => options.Quick ? [32] : [32, 1000];

    private static int[] Streamings(BenchOptions options) => options.Quick ? [1, 4] : options.Gpu ? [1, 16, 64, 128] : [1, 4, 16, 64];

    private static int TokensOf(BenchOptions options, BenchModel model) => options.Quick ? 8 : model.IsJudged ? 64 : 128;

    // The shorter a round is, the more of them it takes to see through the machine's noise.
    private static int RoundsOf(BenchOptions options, int tokens) => options.Quick ? 1 : tokens <= 2000 ? 8 : tokens <= 8000 ? 4 : 3;
}
