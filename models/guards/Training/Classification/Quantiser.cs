using Millrace.Guardrails.Classification;

namespace Millrace.GuardTraining.Classification;

/// <summary>Makes weights one byte each.</summary>
internal static class Quantiser
{
    // The few weights beyond this share are cut off, so that the many keep their differences.
    private const double KeptShare = 0.9995;

    /// <summary>Makes a model that can be stored.</summary>
    public static ClassifierModel Quantise(
        LinearModel model, int bucketBits, IReadOnlyList<string> names, (float Slope, float Offset)[] lines, string dataChecksum)
    {
        var weights = new sbyte[model.Weights.Length];
        ClassifierLabel[] labels = [.. names.Select((name, label) =>
        {
            var scale = ScaleOf(model, label);
            for (var i = label; i < weights.Length; i += names.Count)
                weights[i] = (sbyte)Math.Clamp(MathF.Round(model.Weights[i] / scale), -sbyte.MaxValue, sbyte.MaxValue);
            return new ClassifierLabel(name, scale, model.Biases[label], lines[label].Slope, lines[label].Offset);
        })];
        return new ClassifierModel(labels, bucketBits, weights, dataChecksum);
    }

    private static float ScaleOf(LinearModel model, int label)
    {
        var ofLabel = model.Weights.Where((weight, index) => index % model.Labels == label && weight != 0);
        var sizes = ofLabel.Select(MathF.Abs).Order().ToArray();
        return sizes.Length == 0 ? 1 : Math.Max(sizes[(int)((sizes.Length - 1) * KeptShare)], 1e-6f) / sbyte.MaxValue;
    }
}
