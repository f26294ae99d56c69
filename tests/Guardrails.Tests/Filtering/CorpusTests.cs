using System.Text.Json;
using Millrace.Guardrails.Policies;
using Millrace.TestShared;
using Xunit.Abstractions;

namespace Millrace.Guardrails.Tests.Filtering;

/// <summary>Streams and measures a public corpus of texts with personal data.</summary>
public sealed class CorpusTests(ITestOutputHelper output)
{
    private static readonly RuleSet Pii = Scan.Rules(RuleAction.Mask, rule => rule.StartsWith("pii.", StringComparison.Ordinal));

    [CorpusFact]
    public void Corpus_InSingleCharacters_FiltersAsWhole()
    {
        var heldMax = 0;
        foreach (var sample in Corpus.Load())
        {
            var pieces = Scan.Pieces(Pii, sample.Text.Select(c => c.ToString()));
            Scan.Whole(Pii, sample.Text).AssertSame(pieces, sample.Text);
            heldMax = Math.Max(heldMax, pieces.HeldMax);
        }

        output.WriteLine($"held back at most {heldMax} of {Pii.HeldCharsMax} characters");
        Assert.InRange(heldMax, 1, Pii.HeldCharsMax);
    }

    // Floors are what was measured when this was written.
    [CorpusTheory]
    [InlineData("pii.email", "EMAIL_ADDRESS", 1.0, 1.0)]
    [InlineData("pii.credit_card", "CREDIT_CARD", 1.0, 1.0)]
    [InlineData("pii.ssn", "US_SSN", 1.0, 1.0)]
    [InlineData("pii.phone", "PHONE_NUMBER", 0.98, 0.93)]
    public void Corpus_StructuredTypes_AreFoundExactly(string rule, string type, double precisionMin, double recallMin)
    {
        var (right, found, expected) = (0, 0, 0);
        foreach (var sample in Corpus.Load())
        {
            var spans = sample.Spans.Where(span => span.Type == type).Select(span => (span.Start, span.End)).ToHashSet();
            var findings = Scan.Whole(Pii, sample.Text).Findings.Where(finding => finding.Rule == rule).ToList();
            right += findings.Count(finding => spans.Contains((finding.Start, finding.End)));
            found += findings.Count;
            expected += spans.Count;
        }

        var (precision, recall) = ((double)right / found, (double)right / expected);
        output.WriteLine($"{rule}: P {precision:F3} R {recall:F3} F {2 * precision * recall / (precision + recall):F3} of {expected}");
        Assert.True(precision >= precisionMin && recall >= recallMin, $"{rule}: precision {precision:F3}, recall {recall:F3}");
    }

    internal static class Corpus
    {
        public static string? File => RepoPaths.SharedData is { } data ? Path.Combine(data, "pii", "synth_dataset_v2.json") : null;

        public static IEnumerable<Sample> Load()
        {
            using var stream = System.IO.File.OpenRead(File!);
            using var document = JsonDocument.Parse(stream);
            foreach (var sample in document.RootElement.EnumerateArray())
                yield return new Sample(
                    sample.GetProperty("full_text").GetString()!, [.. sample.GetProperty("spans").EnumerateArray().Select(Read)]);
        }

        private static Span Read(JsonElement span) => new(
            span.GetProperty("entity_type").GetString()!,
            span.GetProperty("start_position").GetInt32(),
            span.GetProperty("end_position").GetInt32());
    }

    internal sealed record Sample(string Text, IReadOnlyList<Span> Spans);

    internal sealed record Span(string Type, int Start, int End);

    private const string Missing = "The PII corpus is not beside the repository: shared/data/pii/synth_dataset_v2.json.";

    private static string? SkipReason => System.IO.File.Exists(Corpus.File) ? null : Missing;

    private sealed class CorpusFactAttribute : FactAttribute
    {
        public CorpusFactAttribute() => Skip = SkipReason;
    }

    private sealed class CorpusTheoryAttribute : TheoryAttribute
    {
        public CorpusTheoryAttribute() => Skip = SkipReason;
    }
}
