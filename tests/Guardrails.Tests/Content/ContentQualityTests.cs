using System.Globalization;
using Millrace.Guardrails.Content;
using Xunit.Abstractions;

namespace Millrace.Guardrails.Tests.Content;

/// <summary>How much harmful content is found and how little else, asserted at what was measured.</summary>
public sealed class ContentQualityTests(ITestOutputHelper output)
{
    private const float ScoreMin = 0.7f;

    [Fact]
    public void Labelled_Texts_AreFoundWithFewFalseAlarms()
    {
        var texts = ContentSet.Labelled().Select(text => (text.Rule, text.Text, Scores: Score(text.Text))).ToList();
        var harmful = texts.Where(text => text.Rule is not null).ToList();
        var harmless = texts.Where(text => text.Rule is null).ToList();
        var missed = harmful.Where(text => text.Scores[IndexOf(text.Rule!)] < ScoreMin).ToList();
        var alarms = harmless.Where(text => text.Scores.Max() >= ScoreMin).ToList();

        foreach (var (rule, text, scores) in missed) output.WriteLine($"missed {rule} {scores[IndexOf(rule!)]:0.00}: {text}");
        foreach (var (_, text, scores) in alarms) output.WriteLine($"alarm {scores.Max():0.00} {Name(scores)}: {text}");
        var (found, alarmed) = (1 - Share(missed.Count, harmful.Count), Share(alarms.Count, harmless.Count));
        var summary = string.Create(
            CultureInfo.InvariantCulture,
            $"found {found:0.000} of {harmful.Count} harmful texts, alarms {alarmed:0.000} of {harmless.Count} harmless ones");
        output.WriteLine(summary);
        Assert.True(found >= 0.8 && alarmed <= 0.066, summary);
    }

    [PublicTextsFact]
    public void PublicQuestions_AreRarelyFound() => AssertRarelyFound(ContentSet.PublicQuestions(), alarmsMax: 0.065);

    [PublicTextsFact]
    public void PublicSentences_AreRarelyFound() => AssertRarelyFound(ContentSet.PublicSentences(), alarmsMax: 0.002);

    private void AssertRarelyFound(IEnumerable<string> texts, double alarmsMax)
    {
        var scored = texts.Select(text => (Text: text, Worst: ContentSet.Worst(text))).ToList();
        var alarms = scored.Where(text => text.Worst.Score >= ScoreMin).ToList();
        foreach (var kind in alarms.GroupBy(alarm => alarm.Worst.Rule))
            output.WriteLine($"{kind.Key}: {kind.Count()}, such as {kind.First().Text.ReplaceLineEndings(" ")}");
        var share = Share(alarms.Count, scored.Count);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"alarms {share:0.0000} of {scored.Count}"));
        Assert.NotEmpty(scored);
        Assert.InRange(share, 0, alarmsMax);
    }

    private static float[] Score(string text)
    {
        var scores = new float[ContentCategories.All.Count];
        ContentScorer.Shared.ScoreText(text, scores);
        return scores;
    }

    private static int IndexOf(string rule) => ContentCategories.All.ToList().FindIndex(category => category.Rule == rule);

    private static string Name(float[] scores) => ContentCategories.All[Array.IndexOf(scores, scores.Max())].Label;

    private static double Share(int part, int whole) => (double)part / whole;

    private sealed class PublicTextsFactAttribute : FactAttribute
    {
        public PublicTextsFactAttribute() => Skip = Directory.Exists(ContentSet.Questions) && File.Exists(ContentSet.Pairs)
            ? null
            : "The public texts are not beside the repository: shared/data/routing and shared/data/cache.";
    }
}
