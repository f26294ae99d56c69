using Millrace.Bench.Harness;

namespace Millrace.Bench.VectorIndex;

/// <summary>Recall and speed of one index by the candidates that it keeps.</summary>
/// <param name="Name">What results call the index.</param>
/// <param name="Points">By growing ef; queries per second once per round.</param>
internal sealed record Curve(string Name, IReadOnlyList<CurvePoint> Points)
{
    /// <summary>Queries per second at a recall, between the points around it; at the first if that is above; null if none is.</summary>
    public Samples? At(double recall)
    {
        var after = Points.TakeWhile(point => point.Recall < recall).Count();
        if (after == Points.Count) return null;
        if (after == 0) return Points[0].Rate;
        var (low, high) = (Points[after - 1], Points[after]);
        var share = (recall - low.Recall) / (high.Recall - low.Recall);
        return new(low.Rate.Values.Zip(high.Rate.Values, (first, second) => first * Math.Pow(second / first, share)));
    }
}

/// <summary>One setting of an index.</summary>
/// <param name="Ef">Candidates kept.</param>
/// <param name="Recall">Share of the really nearest ten that were found.</param>
/// <param name="Rate">Queries per second, once per round.</param>
internal sealed record CurvePoint(int Ef, double Recall, Samples Rate);
