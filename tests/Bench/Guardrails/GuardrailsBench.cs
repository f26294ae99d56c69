using Millrace.Bench.Harness;
using Millrace.Guardrails.Tests.Names;
using Millrace.TestShared;

namespace Millrace.Bench.Guardrails;

/// <summary>What the guardrails find, and what they cost.</summary>
internal sealed class GuardrailsBench : IBench
{
    /// <inheritdoc/>
    public string Name => "guardrails";

    /// <inheritdoc/>
    public string Summary => "personal data, attacks, harmful content and unsupported sentences found; leaks of streams; speed";

    /// <inheritdoc/>
    public Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        PiiTable.Add(run);
        InjectionTable.Measure(run);
        ContentTable.Measure(run);
        GroundingTable.Measure(run);
        List<string> texts = [.. PiiCorpus.Load().Select(sample => sample.Text).Take(run.Options.Quick ? 100 : int.MaxValue)];
        LeakTable.Measure(run, texts);
        SpeedTable.Measure(run, Prose());
        return Task.CompletedTask;
    }

    // The documents of the samples: English as an answer has it, with little in it to find.
    private static string Prose() => string.Join(
        "\n\n",
        Directory.EnumerateFiles(Path.Combine(RepoPaths.Root, "samples", "knowledge-base"), "*.md", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllText));
}
