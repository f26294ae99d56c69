using System.Diagnostics;
using System.Numerics.Tensors;
using Millrace.Bench.Harness;
using Millrace.Bench.Load;
using Millrace.LlamaCpp;

namespace Millrace.Bench.Engine;

/// <summary>How a raw loop's context is made; the same as a member's.</summary>
internal sealed record RawLoopOptions
{
    /// <summary>Streams at most.</summary>
    public required int Streams { get; init; }

    /// <summary>Tokens of one stream.</summary>
    public required int ContextTokens { get; init; }

    /// <summary>Threads that compute.</summary>
    public int Threads { get; init; } = BenchOptions.Threads;

    /// <summary>Whether all streams share their cells, as those must that share prefixes: attention then looks at everybody's.</summary>
    public bool SharedCells { get; init; }
}

/// <summary>
/// The least that generating can cost: <c>llama_decode</c> in a loop, in this process, with nothing around it. All prompts are computed in
/// full batches, then all streams advance together, each by its most probable token. No stream comes or goes, which no server can assume.
/// </summary>
internal sealed class RawLoop : IDisposable
{
    private readonly LlamaContext _context;
    private readonly LlamaMemory _memory;
    private readonly LlamaBatch _batch;
    private readonly List<(int Stream, int Index)> _outputs = [];
    private int _steps;

    /// <summary>Makes a context.</summary>
    public RawLoop(LlamaModel model, RawLoopOptions options)
    {
        _context = model.CreateContext(new LlamaContextOptions
        {
            ContextTokens = options.Streams * options.ContextTokens,
            BatchTokensMax = MemberSettings.StepTokens,
            MicroBatchTokensMax = MemberSettings.StepTokens,
            SequencesMax = options.Streams,
            Threads = options.Threads,
            BatchThreads = options.Threads,
            UnifiedCache = options.SharedCells,
        });
        _memory = _context.Memory ?? throw new BenchException($"{model.Path} has no cache to generate with.");
        _batch = new LlamaBatch(_context.BatchTokensMax);
    }

    /// <summary>Generates.</summary>
    /// <param name="prompts">A prompt per stream.</param>
    /// <param name="tokens">Tokens to generate for each.</param>
    /// <param name="computed">How many of each prompt's first tokens are in the cache from the run before.</param>
    public Task<LoadResult> RunAsync(IReadOnlyList<int[]> prompts, int tokens, int computed = 0) =>
        Task.Factory.StartNew(() => Run(prompts, tokens, computed), TaskCreationOptions.LongRunning);

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();

    private LoadResult Run(IReadOnlyList<int[]> prompts, int tokens, int computed)
    {
        for (var stream = 0; stream < prompts.Count; stream++) _memory.Remove(new LlamaSequenceId(stream), computed);
        _steps = 0;
        var cpu = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        var generated = prompts.Select(_ => new List<int>(tokens)).ToArray();
        var firstTokens = new double[prompts.Count];
        Prefill(prompts, computed, (stream, token) =>
        {
            generated[stream].Add(token);
            firstTokens[stream] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        });
        for (var i = 1; i < tokens; i++) Step(prompts, generated);
        var elapsed = Stopwatch.GetElapsedTime(start);
        return new LoadResult
        {
            Elapsed = elapsed,
            Tokens = prompts.Count * tokens,
            FirstTokenMs = firstTokens,
            Ids = generated,
            CpuTime = Environment.CpuUsage.TotalTime - cpu,
            Steps = _steps,
        };
    }

    private void Prefill(IReadOnlyList<int[]> prompts, int computed, Action<int, int> onToken)
    {
        for (var stream = 0; stream < prompts.Count; stream++)
            for (var position = computed; position < prompts[stream].Length; position++)
            {
                if (_batch.Count == _batch.Capacity) Compute(onToken);
                var isLast = position == prompts[stream].Length - 1;
                var index = _batch.Add(new LlamaToken(prompts[stream][position]), position, new LlamaSequenceId(stream), isLast);
                if (isLast) _outputs.Add((stream, index));
            }

        Compute(onToken);
    }

    private void Step(IReadOnlyList<int[]> prompts, List<int>[] generated)
    {
        for (var stream = 0; stream < generated.Length; stream++)
        {
            var position = prompts[stream].Length + generated[stream].Count - 1;
            var index = _batch.Add(new LlamaToken(generated[stream][^1]), position, new LlamaSequenceId(stream), output: true);
            _outputs.Add((stream, index));
        }

        Compute((stream, token) => generated[stream].Add(token));
    }

    private void Compute(Action<int, int> onToken)
    {
        if (_context.Decode(_batch) is not DecodeResult.Ok and var result) throw new BenchException($"llama_decode ended with {result}.");
        _steps++;
        foreach (var (stream, index) in _outputs) onToken(stream, TensorPrimitives.IndexOfMax(_context.GetLogits(index)));
        _outputs.Clear();
        _batch.Clear();
    }
}
