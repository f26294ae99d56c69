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
    private const int AlarmsPerExample = 12;

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
        Report(training, model, samples, output);

        models.Create();
        using var file = File.Create(Path.Combine(models.FullName, ContentScorer.Model));
        ClassifierFile.Write(model, file);
        output.WriteLine($"{file.Name}: {file.Length} bytes");
    }

    // What a user of the defaults sees: how many texts reach the default threshold in some category that they have, and how many
    // harmless ones in any.
    private static void Report(ClassifierTraining training, ClassifierModel model, Sample[] samples, TextWriter output)
    {
        var found = samples.Select((sample, index) => Found(model, training.HeldOutScores[index])).ToArray();
        var harmful = Enumerable.Range(0, samples.Length).Where(index => samples[index].Labels != 0).ToList();
        var harmless = Enumerable.Range(0, samples.Length).Where(index => samples[index].Labels == 0).ToList();
        var alarms = harmless.Where(index => found[index] != 0).ToList();
        foreach (var index in alarms.Where((_, at) => at % AlarmsPerExample == 0)) output.WriteLine($"  alarm: {samples[index].Text}");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"held out, from {FindingMin} on: {Share(harmful.Count(index => (found[index] & samples[index].Labels) != 0), harmful.Count)} "
                + $"of {harmful.Count} harmful texts, {Share(alarms.Count, harmless.Count)} of {harmless.Count} harmless ones"));
    }

    private static string Share(int part, int whole) => (100.0 * part / whole).ToString("F2", CultureInfo.InvariantCulture) + " %";

    private static uint Found(ClassifierModel model, float[] scores)
    {
        var found = 0u;
        for (var label = 0; label < scores.Length; label++)
            if (IsFinding(model.Labels[label], scores[label])) found |= 1u << label;
        return found;
    }

    private static bool IsFinding(ClassifierLabel label, float score) =>
        1 / (1 + MathF.Exp(-((score * label.Slope) + label.Offset))) >= FindingMin;
}
