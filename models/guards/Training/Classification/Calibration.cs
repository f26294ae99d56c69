namespace Millrace.GuardTraining.Classification;

/// <summary>Fits the line from a score to the logarithm of the odds (Platt's scaling), by Newton's method.</summary>
internal static class Calibration
{
    private const int StepsMax = 100;
    private const double Ridge = 1e-6;

    /// <summary>Fits slope and offset.</summary>
    /// <param name="scores">Scores of samples that the model was not trained on.</param>
    /// <param name="isPositive">Whether the label holds, for each.</param>
    public static (float Slope, float Offset) Fit(IReadOnlyList<float> scores, IReadOnlyList<bool> isPositive)
    {
        // Targets a little inside [0, 1] keep a line finite where the classes do not overlap.
        var positive = isPositive.Count(value => value);
        var (high, low) = ((positive + 1.0) / (positive + 2.0), 1.0 / (scores.Count - positive + 2.0));
        var (slope, offset) = (1.0, 0.0);
        for (var step = 0; step < StepsMax; step++)
        {
            var (moveSlope, moveOffset) = Newton(scores, index => isPositive[index] ? high : low, slope, offset);
            slope -= moveSlope;
            offset -= moveOffset;
            if (Math.Abs(moveSlope) + Math.Abs(moveOffset) < 1e-7) break;
        }

        return ((float)slope, (float)offset);
    }

    private static (double Slope, double Offset) Newton(
        IReadOnlyList<float> scores, Func<int, double> target, double slope, double offset)
    {
        var (g0, g1, h00, h01, h11) = (0.0, 0.0, Ridge, 0.0, Ridge);
        for (var i = 0; i < scores.Count; i++)
        {
            double score = scores[i];
            var probability = 1 / (1 + Math.Exp(-((slope * score) + offset)));
            var (error, curve) = (probability - target(i), Math.Max(probability * (1 - probability), Ridge));
            g0 += error * score;
            g1 += error;
            h00 += curve * score * score;
            h01 += curve * score;
            h11 += curve;
        }

        var determinant = (h00 * h11) - (h01 * h01);
        return (((h11 * g0) - (h01 * g1)) / determinant, ((h00 * g1) - (h01 * g0)) / determinant);
    }
}
