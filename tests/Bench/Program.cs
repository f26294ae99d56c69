using Millrace.Bench;
using Millrace.Bench.Affinity;
using Millrace.Bench.Embedding;
using Millrace.Bench.Engine;
using Millrace.Bench.Harness;
using Millrace.Bench.Prefix;
using Millrace.Bench.Queue;

// What can be measured, in the order of `all`; see docs/benchmarks.md.
IReadOnlyList<IBench> benches =
[
    new EngineBench(),
    new PrefixBench(),
    new AffinityBench(),
    new QueueBench(),
    new EmbeddingBench(),
];

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stop.Cancel();
};
return await new BenchCommand(benches, Console.Out).RunAsync(args, stop.Token);
