using System.Globalization;
using Millrace.Guardrails.Classification;

namespace Millrace.GuardTraining.Classification;

/// <summary>Trains a classifier with its calibration, and says how it does on what was held out.</summary>
internal sealed class ClassifierTraining
{
    private readonly IReadOnlyList<string> _labels;
    private readonly IReadOnlyList<Sample> _samples;
    private readonly SampleFeatures[] _features;
    private readonly ClassifierOptions _options;
    private readonly LogisticTrainer _trainer;

    /// <summary>Prepares a training.</summary>
    /// <param name="labels">Names of the labels.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="options">How.</param>
    public ClassifierTraining(IReadOnlyList<string> labels, IReadOnlyList<Sample> samples, ClassifierOptions options)
    {
        (_labels, _samples, _options) = (labels, samples, options);
        _features = [.. samples.Select(sample => SampleFeatures.Of(sample, options))];
        _trainer = new LogisticTrainer(samples, _features, options);
    }

    /// <summary>Scores of every sample for each label, each by a model that saw nothing of its group; see <see cref="Run"/>.</summary>
    public float[][] HeldOutScores { get; private set; } = [];

    /// <summary>Trains.</summary>
    /// <param name="dataChecksum">Checksum of the data, to be kept with the model.</param>
    /// <param name="output">Takes the figures.</param>
    public ClassifierModel Run(string dataChecksum, TextWriter output)
    {
        HeldOutScores = ScoreHeldOut();
        var lines = Enumerable.Range(0, _labels.Count).Select(label => Report(label, output)).ToArray();

        var model = _trainer.Train(_labels.Count, [.. Enumerable.Range(0, _samples.Count)]);
        return Quantiser.Quantise(model, _options.BucketBits, _labels, lines, dataChecksum);
    }

    // Groups are dealt to folds in the order of a shuffle.
    private float[][] ScoreHeldOut()
    {
        var groups = _samples.Select(sample => sample.Group).Distinct().ToArray();
        new Random(_options.Seed).Shuffle(groups);
        var folds = groups.Select((group, index) => (group, index)).ToDictionary(pair => pair.group, pair => pair.index % _options.Folds);

        var scores = new float[_samples.Count][];
        for (var fold = 0; fold < _options.Folds; fold++)
        {
            var parts = Enumerable.Range(0, _samples.Count).ToLookup(index => folds[_samples[index].Group] == fold);
            var model = _trainer.Train(_labels.Count, [.. parts[false]]);
            foreach (var index in parts[true]) model.Score(_features[index], scores[index] = new float[_labels.Count]);
        }

        return scores;
    }

    private (float Slope, float Offset) Report(int label, TextWriter output)
    {
        var scores = HeldOutScores.Select(all => all[label]).ToArray();
        var isPositive = _samples.Select(sample => sample.Has(label)).ToArray();
        var positives = scores.Where((_, index) => isPositive[index]).ToArray();
        var negatives = scores.Where((_, index) => !isPositive[index]).ToArray();

        var area = Ranking.AreaUnderCurve(positives, negatives);
        var (recall, _) = Ranking.RecallAt(0.01, positives, negatives);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{_labels[label],-28} {positives.Length,6} of {scores.Length,6}  AUC {area:F4}  recall at 1 % false positives {recall:F3}"));
        var (slope, offset) = Calibration.Fit(scores, isPositive);
        return (slope, offset + Shift(_labels[label], (double)positives.Length / scores.Length));
    }

    // The odds of all scores move by as much as the odds of a positive among the samples differ from those that are expected.
    private float Shift(string label, double share) =>
        _options.Shares.TryGetValue(label, out var expected) ? (float)(Odds(expected) - Odds(share)) : 0;

    private static double Odds(double share) => Math.Log(share / (1 - share));
}
