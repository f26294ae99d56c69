using Millrace.Bench.Harness;

namespace Millrace.Bench.Guardrails;

/// <summary>How well attacks are told from text that looks like them.</summary>
internal sealed class InjectionBench : IBench
{
    /// <inheritdoc/>
    public string Name => "injection";

    /// <inheritdoc/>
    public string Summary => "attacks on a model found among look-alikes, by family, disguise and language; beside five patterns";

    /// <inheritdoc/>
    public Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        InjectionTable.Measure(run);
        return Task.CompletedTask;
    }
}
