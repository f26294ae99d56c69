namespace Millrace.Bench.Retrieval;

/// <summary>How well one way of searching did, question by question.</summary>
/// <param name="Name">The way.</param>
/// <param name="RecallAt3">Share of the sources that are among the first three.</param>
/// <param name="RecallAt20">Share of the sources that are among the first twenty.</param>
/// <param name="ReciprocalRank">1 divided by the rank of the first source; 0 where none was found.</param>
/// <param name="GainAt10">Normalised discounted cumulative gain of the first ten.</param>
internal sealed record QualityScores(
    string Name, IReadOnlyList<double> RecallAt3, IReadOnlyList<double> RecallAt20, IReadOnlyList<double> ReciprocalRank,
    IReadOnlyList<double> GainAt10)
{
    private const int Resamples = 2_000;
    private const int Seed = 17;

    /// <summary>Scores rankings of sources, best first, each source once.</summary>
    public static QualityScores Of(string name, IReadOnlyList<BenchQuestion> questions, IReadOnlyList<IReadOnlyList<string>> rankings)
    {
        var pairs = questions.Zip(rankings).ToList();
        return new QualityScores(
            name,
            pairs.ConvertAll(pair => Recall(pair.First, pair.Second, 3)),
            pairs.ConvertAll(pair => Recall(pair.First, pair.Second, 20)),
            pairs.ConvertAll(pair => Reciprocal(pair.First, pair.Second)),
            pairs.ConvertAll(pair => Gain(pair.First, pair.Second)));
    }

    /// <summary>
    /// The middle 95 % of the mean difference to another way, over samples of the questions drawn with replacement: both ways answer the
    /// same ones.
    /// </summary>
    public static (double Low, double High) Difference(IReadOnlyList<double> mine, IReadOnlyList<double> its)
    {
        var random = new Random(Seed);
        double[] differences = [.. mine.Zip(its, (a, b) => a - b)];
        double[] means =
        [
            .. Enumerable.Range(0, Resamples)
                .Select(_ => Enumerable.Range(0, differences.Length).Average(_ => differences[random.Next(differences.Length)]))
                .Order(),
        ];
        return (means[(int)(0.025 * Resamples)], means[(int)(0.975 * Resamples)]);
    }

    private static double Recall(BenchQuestion question, IReadOnlyList<string> ranking, int count) =>
        ranking.Take(count).Count(question.Sources.Contains) / (double)question.Sources.Count;

    private static double Reciprocal(BenchQuestion question, IReadOnlyList<string> ranking)
    {
        var rank = ranking.TakeWhile(source => !question.Sources.Contains(source)).Count();
        return rank == ranking.Count ? 0 : 1.0 / (rank + 1);
    }

    private static double Gain(BenchQuestion question, IReadOnlyList<string> ranking)
    {
        var gain = ranking.Take(10).Select((source, i) => question.Sources.Contains(source) ? Discount(i) : 0).Sum();
        return gain / Enumerable.Range(0, Math.Min(10, question.Sources.Count)).Sum(Discount);
    }

    private static double Discount(int place) => 1 / Math.Log2(place + 2);
}
