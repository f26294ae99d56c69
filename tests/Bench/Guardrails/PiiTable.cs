using Millrace.Bench.Harness;
using Millrace.Guardrails.Tests.Names;

namespace Millrace.Bench.Guardrails;

/// <summary>
/// How well personal data is found in a public corpus, by a policy that flags all of it: precision, recall and F by tokens as
/// presidio-research counts them, and by spans.
/// </summary>
internal static class PiiTable
{
    private const double AnyTarget = 0.85;
    private const double AsShipped = 0.618;
    private const string Presidio = "Presidio as shipped (tuned: 0.845)";

    /// <summary>Measures and adds a row for each type.</summary>
    /// <exception cref="BenchException">The corpus is missing.</exception>
    public static void Add(BenchRun run)
    {
        if (PiiCorpus.Missing is { } missing) throw new BenchException(missing);
        var (scores, finder) = (new PiiScores(), new PiiFinder());
        foreach (var text in PiiCorpus.Load()) scores.Add(text, finder.Find(text.Text));

        run.Add(Row("PII, any against none, tokens: F2", scores.Any, scores.Any.F2) with
        {
            Baseline = Presidio,
            BaselineValue = AsShipped,
            Ratio = scores.Any.F2 / AsShipped,
            Target = Target.AtLeast(AnyTarget / AsShipped).ToString(),
            Met = scores.Any.F2 >= AnyTarget,
        });
        run.Add(Row("PII, any against none, tokens: F1", scores.Any, scores.Any.F1));
        run.Add(Row("PII, right type, tokens: F1", scores.AllTokens, scores.AllTokens.F1));
        run.Add(Row("PII, right type, spans: F1", scores.AllSpans, scores.AllSpans.F1));
        foreach (var (type, count) in scores.Tokens) run.Add(Row($"{type}, tokens: F1", count, count.F1));
        foreach (var (type, count) in scores.Spans) run.Add(Row($"{type}, spans: F1", count, count.F1));
    }

    private static BenchRow Row(string metric, PiiCount count, double value) => new()
    {
        Metric = metric,
        Value = value,
        Unit = "F",
        Note = $"P {Figures.Short(count.Precision)}, R {Figures.Short(count.Recall)}, F2 {Figures.Short(count.F2)}, n {count.Expected}",
    };
}
