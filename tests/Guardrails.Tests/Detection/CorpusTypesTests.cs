using Millrace.Guardrails.Policies;
using Millrace.Guardrails.Tests.Filtering;
using Xunit.Abstractions;

namespace Millrace.Guardrails.Tests.Detection;

/// <summary>
/// Recognisers against the types of a public corpus. A span of the corpus counts as found when what was found and it have at least half of
/// what they cover together in common; exact ones are counted as well. Floors are what was measured, never lowered.
/// </summary>
public sealed class CorpusTypesTests(ITestOutputHelper output)
{
    private const double SharedMin = 0.5;

    [CorpusTheory]
    [InlineData("pii.email", "EMAIL_ADDRESS", 1.0, 1.0)]
    [InlineData("pii.credit_card", "CREDIT_CARD", 1.0, 1.0)]
    [InlineData("pii.iban", "IBAN_CODE", 1.0, 1.0)]
    [InlineData("pii.ip", "IP_ADDRESS", 1.0, 1.0)]
    [InlineData("pii.ssn", "US_SSN", 1.0, 1.0)]
    [InlineData("pii.phone", "PHONE_NUMBER", 0.98, 1.0)]
    [InlineData("pii.driver_licence", "US_DRIVER_LICENSE", 1.0, 1.0)]
    [InlineData("entity.url", "DOMAIN_NAME", 1.0, 1.0)]
    [InlineData("entity.age", "AGE", 1.0, 1.0)]
    [InlineData("entity.date_time", "DATE_TIME", 0.92, 1.0)]
    public void Corpus_Type_IsFound(string rule, string type, double precisionMin, double recallMin)
    {
        var rules = Scan.Rules(RuleAction.Mask, known => known == rule);
        var count = new Count();
        foreach (var sample in CorpusTests.Corpus.Load())
        {
            var gold = sample.Spans.Where(span => span.Type == type).ToList();
            var found = Scan.Whole(rules, sample.Text).Findings;
            foreach (var span in gold.Where(span => !found.Any(finding => Shared(span, finding) >= SharedMin)))
                Tell("missed", sample.Text, span.Start, span.End);
            foreach (var finding in found.Where(finding => !gold.Any(span => Shared(span, finding) >= SharedMin)))
                Tell("wrong", sample.Text, finding.Start, finding.End);
            count.Add(gold, found);
        }

        output.WriteLine($"{rule}: {count}");
        Assert.True(count.Precision >= precisionMin && count.Recall >= recallMin, $"{rule}: {count}");
    }

    private void Tell(string what, string text, int start, int end) =>
        output.WriteLine($"{what} '{text[start..end]}' behind '{text[Math.Max(0, start - 30)..start]}'");

    private static double Shared(CorpusTests.Span span, Finding finding)
    {
        var common = Math.Min(span.End, finding.End) - Math.Max(span.Start, finding.Start);
        return common <= 0 ? 0 : common / (double)(Math.Max(span.End, finding.End) - Math.Min(span.Start, finding.Start));
    }

    private sealed class Count
    {
        private int _gold;
        private int _found;
        private int _right;
        private int _recalled;
        private int _exact;

        public double Precision => _found == 0 ? 0 : (double)_right / _found;

        public double Recall => (double)_recalled / _gold;

        public void Add(List<CorpusTests.Span> gold, Finding[] found)
        {
            _gold += gold.Count;
            _found += found.Length;
            _recalled += gold.Count(span => found.Any(finding => Shared(span, finding) >= SharedMin));
            _right += found.Count(finding => gold.Any(span => Shared(span, finding) >= SharedMin));
            _exact += gold.Count(span => found.Any(finding => (finding.Start, finding.End) == (span.Start, span.End)));
        }

        public override string ToString() =>
            $"P {Precision:F3} R {Recall:F3} F {2 * Precision * Recall / (Precision + Recall):F3}, {_exact} of {_gold} exactly";
    }

    private sealed class CorpusTheoryAttribute : TheoryAttribute
    {
        public CorpusTheoryAttribute() => Skip = System.IO.File.Exists(CorpusTests.Corpus.File)
            ? null
            : "The PII corpus is not beside the repository: shared/data/pii/synth_dataset_v2.json.";
    }
}
