using System.Runtime.InteropServices;
using Millrace.Bench;
using Millrace.Bench.Affinity;
using Millrace.Bench.Embedding;
using Millrace.Bench.Engine;
using Millrace.Bench.Guardrails;
using Millrace.Bench.Harness;
using Millrace.Bench.Ingest;
using Millrace.Bench.Prefix;
using Millrace.Bench.Queue;
using Millrace.Bench.Retrieval;
using Millrace.Bench.Serving;
using Millrace.Bench.VectorIndex;

// What can be measured, in the order of `all`; see docs/benchmarks.md.
IReadOnlyList<IBench> benches =
[
    new EngineBench(),
    new PrefixBench(),
    new AffinityBench(),
    new QueueBench(),
    new EmbeddingBench(),
    new VectorIndexBench(),
    new RetrievalBench(),
    new SearchBench(),
    new IngestBench(),
    new PassThroughBench(),
    new PipelineBench(),
    new StreamsBench(),
    new CancelBench(),
    new GuardrailsBench(),
];

// However it is asked to stop, the processes that it started end first.
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await new BenchCommand(benches, Console.Out).RunAsync(args, stop.Token);

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
