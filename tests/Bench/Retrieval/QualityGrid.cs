using System.Globalization;
using Google.Protobuf.Collections;
using Millrace.Contracts.Retrieval.V1;

namespace Millrace.Bench.Retrieval;

/// <summary>
/// Asks every question in every way: by words, by meaning, by both with a grid of weights, and with a cross-encoder whose scores are
/// weighed against the order before it. The service runs with a rerank weight of 1, so that it tells the cross-encoder's own scores.
/// </summary>
/// <param name="client">The service.</param>
/// <param name="collection">Name of the collection.</param>
/// <param name="data">The questions.</param>
internal sealed class QualityGrid(RetrievalService.RetrievalServiceClient client, string collection, QualityData data)
{
    /// <summary>Name of the ranking by words.</summary>
    public const string Keyword = "BM25";

    /// <summary>Name of the ranking by meaning.</summary>
    public const string Dense = "dense";

    /// <summary>How the names of those with a cross-encoder begin.</summary>
    public const string Reranked = "hybrid + rerank";

    private const int SearchesAtOnce = 4;
    private const int ResultsMax = 100;
    private const int RerankedMax = 20;
    private const int FusionConstant = 60;

    private static readonly double[] DenseWeights = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2];
    private static readonly double[] RerankWeights = [0.1, 0.25, 0.5, 0.75, 1];

    /// <summary>Measures all ways.</summary>
    /// <param name="isQuick">Whether one weight of each kind is enough.</param>
    /// <param name="cancellationToken">Stops measuring.</param>
    public async Task<IReadOnlyList<QualityScores>> MeasureAsync(bool isQuick, CancellationToken cancellationToken)
    {
        List<QualityScores> all =
        [
            await ScoreAsync(Keyword, new SearchRequest { Mode = SearchMode.Keyword }, cancellationToken),
            await ScoreAsync(Dense, new SearchRequest { Mode = SearchMode.Dense }, cancellationToken),
        ];
        foreach (var weight in isQuick ? [DenseWeights[0]] : DenseWeights)
            all.Add(await ScoreAsync(Named("hybrid", weight), Hybrid(weight), cancellationToken));
        var best = all.Skip(2).MaxBy(scores => scores.ReciprocalRank.Average())!;
        var bestWeight = DenseWeights.First(weight => Named("hybrid", weight) == best.Name);
        all.AddRange(await RerankAsync(bestWeight, isQuick, cancellationToken));
        return all;
    }

    private static string Named(string way, double weight) =>
        string.Create(CultureInfo.InvariantCulture, $"{way} {weight:0.##}");

    private static SearchRequest Hybrid(double denseWeight) => new()
    {
        Mode = SearchMode.Hybrid,
        Fusion = new FusionSettings { Constant = FusionConstant, KeywordWeight = 1, DenseWeight = (float)denseWeight },
    };

    private async Task<QualityScores> ScoreAsync(string name, SearchRequest way, CancellationToken cancellationToken)
    {
        way.TopK = ResultsMax;
        way.Rerank = RerankMode.Off;
        var answers = await AskAsync(way, cancellationToken);
        return QualityScores.Of(name, data.Questions, [.. answers.Select(answer => Sources(answer.Results))]);
    }

    private async Task<IEnumerable<QualityScores>> RerankAsync(double denseWeight, bool isQuick, CancellationToken cancellationToken)
    {
        var way = Hybrid(denseWeight);
        (way.TopK, way.Rerank, way.Explain) = (RerankedMax, RerankMode.On, true);
        var answers = await AskAsync(way, cancellationToken);
        return (isQuick ? [RerankWeights[^1]] : RerankWeights).Select(weight => QualityScores.Of(
            string.Create(CultureInfo.InvariantCulture, $"{Reranked} {denseWeight:0.##} / {weight:0.##}"),
            data.Questions,
            [.. answers.Select(answer => Sources(Joined(answer.Results, weight)))]));
    }

    // As the service joins them: the scores before are moved into 0 to 1.
    private static IEnumerable<SearchResult> Joined(RepeatedField<SearchResult> results, double weight)
    {
        if (results.Count == 0) return [];
        var before = results.Select(result => ScoreOf(result, last: 1)).ToList();
        var (low, high) = (before.Min(), before.Max());
        return results.Zip(before).OrderByDescending(pair => Score(pair.First, pair.Second)).Select(pair => pair.First);

        double Score(SearchResult result, double own) =>
            (weight * ScoreOf(result, last: 0)) + ((1 - weight) * (high > low ? (own - low) / (high - low) : 1));
    }

    // The last stage is the cross-encoder's, the one before it the fusion's, or of what was found in one way only that way's.
    private static double ScoreOf(SearchResult result, int last) => result.Stages[result.Stages.Count - 1 - last].Score;

    private async Task<SearchResponse[]> AskAsync(SearchRequest way, CancellationToken cancellationToken)
    {
        var answers = new SearchResponse[data.Questions.Count];
        await Parallel.ForAsync(
            0,
            answers.Length,
            new ParallelOptions { MaxDegreeOfParallelism = SearchesAtOnce, CancellationToken = cancellationToken },
            async (i, token) =>
            {
                var request = way.Clone();
                request.Collections.Add(collection);
                request.Query = data.Questions[i].Text;
                answers[i] = await client.SearchAsync(request, cancellationToken: token);
            });
        return answers;
    }

    // A source counts where its first passage stands.
    private List<string> Sources(IEnumerable<SearchResult> results) =>
        [.. results.Select(result => data.SourceOf(result.Passage.DocumentId)).Distinct()];
}
