namespace Millrace.GuardTraining.Classification;

/// <summary>How well scores set positives apart from negatives.</summary>
internal static class Ranking
{
    /// <summary>Probability that a positive sample scores above a negative one; ties count half.</summary>
    public static double AreaUnderCurve(IReadOnlyCollection<float> positives, IReadOnlyCollection<float> negatives)
    {
        if (positives.Count == 0 || negatives.Count == 0) return double.NaN;
        var sorted = negatives.Order().ToArray();
        var above = positives.Sum(score => (CountBelow(sorted, score) + CountBelow(sorted, MathF.BitIncrement(score))) / 2.0);
        return above / positives.Count / negatives.Count;
    }

    /// <summary>Share of positives above the threshold that a share of negatives reaches at most.</summary>
    /// <returns>The share, and the threshold: a score counts when it is above it.</returns>
    public static (double Recall, float Threshold) RecallAt(
        double falsePositives, IReadOnlyCollection<float> positives, IReadOnlyCollection<float> negatives)
    {
        var allowed = (int)(negatives.Count * falsePositives);
        var threshold = negatives.OrderDescending().ElementAtOrDefault(allowed);
        return (positives.Count(score => score > threshold) / (double)Math.Max(1, positives.Count), threshold);
    }

    private static int CountBelow(float[] sorted, float score)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] < score) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
