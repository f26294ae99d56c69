using Xunit.Abstractions;

namespace Millrace.Guardrails.Tests.Names;

/// <summary>How well all personal data of a public corpus is found. Floors are what was measured; they only ever rise.</summary>
public sealed class PiiCorpusTests(ITestOutputHelper output)
{
    private static readonly Lazy<PiiScores> Scores = new(Measure);

    [CorpusFact]
    public void Corpus_AnyPersonalData_IsFound()
    {
        var any = Scores.Value.Any;
        output.WriteLine($"any: P {any.Precision:F4} R {any.Recall:F4} F1 {any.F1:F4} F2 {any.F2:F4} of {any.Expected}");
        Assert.True(any.Precision >= 0.90, $"precision {any.Precision:F4}");
        Assert.True(any.F1 >= 0.915, $"F1 {any.F1:F4}");
        Assert.True(any.F2 >= 0.924, $"F2 {any.F2:F4}");
    }

    [CorpusTheory]
    [InlineData("PERSON", 0.81)]
    [InlineData("STREET_ADDRESS", 0.845)]
    [InlineData("GPE", 0.54)]
    [InlineData("ORGANIZATION", 0.55)]
    [InlineData("DATE_TIME", 0.91)]
    [InlineData("TITLE", 0.76)]
    public void Corpus_Type_IsFoundByTokens(string type, double floor)
    {
        var (tokens, spans) = (Scores.Value.Tokens[type], Scores.Value.Spans[type]);
        output.WriteLine($"{type}: tokens P {tokens.Precision:F4} R {tokens.Recall:F4} F1 {tokens.F1:F4}, spans F1 {spans.F1:F4}");
        Assert.True(tokens.F1 >= floor, $"F1 {tokens.F1:F4}");
    }

    private static PiiScores Measure()
    {
        var (scores, finder) = (new PiiScores(), new PiiFinder());
        foreach (var text in PiiCorpus.Load()) scores.Add(text, finder.Find(text.Text));
        return scores;
    }

    private sealed class CorpusFactAttribute : FactAttribute
    {
        public CorpusFactAttribute() => Skip = PiiCorpus.Missing;
    }

    private sealed class CorpusTheoryAttribute : TheoryAttribute
    {
        public CorpusTheoryAttribute() => Skip = PiiCorpus.Missing;
    }
}
