using Millrace.Bench.Harness;

namespace Millrace.Bench.Guardrails;

/// <summary>What the guardrails find, and what they cost.</summary>
internal sealed class GuardrailsBench : IBench
{
    /// <inheritdoc/>
    public string Name => "guardrails";

    /// <inheritdoc/>
    public string Summary => "personal data found in a public corpus, by type";

    /// <inheritdoc/>
    public Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        PiiTable.Add(run);
        return Task.CompletedTask;
    }
}
