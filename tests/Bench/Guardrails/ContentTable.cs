using System.Globalization;
using Millrace.Bench.Harness;
using Millrace.Guardrails.Content;
using Millrace.TestShared;

namespace Millrace.Bench.Guardrails;

/// <summary>How much harmful content is found, by category, and how much else, on texts that were not trained on.</summary>
internal static class ContentTable
{
    private const float ScoreMin = 0.7f;
    private const string Harmless = "none";

    /// <summary>Measures.</summary>
    public static void Measure(BenchRun run)
    {
        var texts = Texts().Select(text => (text.Label, Scores: Score(text.Text))).ToList();
        var harmless = texts.Where(text => text.Label == Harmless).Select(text => text.Scores).ToList();
        for (var at = 0; at < ContentCategories.All.Count; at++)
        {
            var own = texts.Where(text => text.Label == ContentCategories.All[at].Label).Select(text => text.Scores[at]).ToList();
            if (own.Count == 0) continue;
            var others = harmless.Select(scores => scores[at]).ToList();
            var note = string.Create(
                CultureInfo.InvariantCulture, $"of {own.Count}; AUC {Area(own, others):0.000}, false alarms {Share(others):0.000}");
            run.Add(BenchRow.Of($"content, {ContentCategories.All[at].Category}, found", new Samples(Share(own)), "", note: note));
        }

        var any = harmless.Select(scores => scores.Max()).ToList();
        run.Add(BenchRow.Of("content, false alarms of any category", new Samples(Share(any)), "", note: $"of {any.Count} harmless texts"));
    }

    private static double Share(List<float> scores) => (double)scores.Count(score => score >= ScoreMin) / scores.Count;

    private static double Area(List<float> positives, List<float> negatives) => positives.Average(
        positive => negatives.Average(negative => positive > negative ? 1.0 : positive < negative ? 0 : 0.5));

    private static float[] Score(string text)
    {
        var scores = new float[ContentCategories.All.Count];
        ContentScorer.Shared.ScoreText(text, scores);
        return scores;
    }

    private static IEnumerable<(string Label, string Text)> Texts()
    {
        var label = string.Empty;
        var file = Path.Combine(RepoPaths.Root, "tests", "Guardrails.Tests", "Content", "content.measured.txt");
        foreach (var line in File.ReadLines(file).Where(line => line.Length > 0 && line[0] != '#'))
            if (line[0] == '[') label = line.Trim('[', ']');
            else yield return (label, line);
    }
}
