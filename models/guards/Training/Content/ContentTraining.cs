using System.Globalization;
using Millrace.Guardrails.Classification;
using Millrace.Guardrails.Content;
using Millrace.GuardTraining.Classification;

namespace Millrace.GuardTraining.Content;

/// <summary>Trains the classifier of the categories of moderation.</summary>
internal sealed class ContentTraining : ITraining
{
    private const int Seed = 4_711;
    private const float FindingMin = 0.7f;

    private static readonly ClassifierOptions Options = new() { BucketBits = 17, Epochs = 10, Decay = 1e-5f };

    /// <inheritdoc/>
    public string Name => "content";

    /// <inheritdoc/>
    public void Run(DirectoryInfo data, DirectoryInfo models, TextWriter output)
    {
        string[] labels = [.. ContentCategories.All.Select(category => category.Label)];
        var maker = new ContentSamples(new SlotFile(data), Seed);
        Sample[] samples = [.. ContentTemplate.Load(data, labels).SelectMany(maker.Of)];
        output.WriteLine($"{samples.Length} texts of {samples.Select(sample => sample.Group).Distinct().Count()} templates");

        var training = new ClassifierTraining(labels, samples, Options);
        var model = training.Run(DataChecksum.Of(data), output);
        ReportHarmless(training, model, samples, output);

        models.Create();
        using var file = File.Create(Path.Combine(models.FullName, ContentScorer.Model));
        ClassifierFile.Write(model, file);
        output.WriteLine($"{file.Name}: {file.Length} bytes");
    }

    // What a user of the defaults sees: harmless texts that reach the default threshold in some category.
    private static void ReportHarmless(ClassifierTraining training, ClassifierModel model, Sample[] samples, TextWriter output)
    {
        var (harmless, alarms) = (0, 0);
        for (var i = 0; i < samples.Length; i++)
        {
            if (samples[i].Labels != 0) continue;
            harmless++;
            var scores = training.HeldOutScores[i];
            if (!Enumerable.Range(0, scores.Length).Any(label => IsFinding(model.Labels[label], scores[label]))) continue;
            alarms++;
            if (alarms % 10 == 0) output.WriteLine($"  alarm: {samples[i].Text}");
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"harmless texts held out: {harmless}, of which {100.0 * alarms / harmless:F2} % reach {FindingMin}"));
    }

    private static bool IsFinding(ClassifierLabel label, float score) =>
        1 / (1 + MathF.Exp(-((score * label.Slope) + label.Offset))) >= FindingMin;
}
