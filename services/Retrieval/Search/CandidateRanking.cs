using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Options;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Index;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Search;

/// <summary>One stage's order of the chunks.</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Chunks">The chunks, best first.</param>
internal sealed record Ranking(string Stage, IReadOnlyList<ScoredChunk> Chunks);

/// <summary>A ranking and how much it counts.</summary>
internal readonly record struct WeightedRanking(Ranking Ranking, double Weight)
{
    /// <summary>Whether it is by words: its scores are then only comparable with each other.</summary>
    public bool IsKeyword { get; init; }
}

/// <summary>What the indexes say.</summary>
/// <param name="Rankings">The rankings; one over all collections for each wording and way, and for each model where there are
/// several.</param>
/// <param name="Outage">Why some wordings were not ranked by meaning; null when all were.</param>
internal sealed record RankedCandidates(IReadOnlyList<WeightedRanking> Rankings, MillraceException? Outage);

/// <summary>
/// Ranks the chunks of all collections by words and by meaning, for each wording of the query. The rankings run beside each other, those by
/// words while the query is still being embedded. BM25 scores of different collections are put into one order, as are similarities of one
/// model; those of different models stay in rankings of their own, which the fusion interleaves.
/// </summary>
internal sealed class CandidateRanking(IChunkIndex index, IOptions<RetrievalOptions> options)
{
    /// <summary>Name of the ranking by words.</summary>
    public const string Keyword = "bm25";

    /// <summary>Name of the ranking by meaning.</summary>
    public const string Dense = "dense";

    private readonly int _parallelism = options.Value.Search.ParallelRankings;

    /// <summary>Ranks.</summary>
    /// <param name="collections">The collections to search.</param>
    /// <param name="plan">What is asked.</param>
    /// <param name="vectors">The vectors of what is asked.</param>
    /// <param name="trace">Hears of each ranking.</param>
    /// <param name="cancellationToken">Stops ranking.</param>
    public async Task<RankedCandidates> RankAsync(
        IReadOnlyList<SearchedCollection> collections, QueryPlan plan, QueryVectors vectors, SearchTrace trace,
        CancellationToken cancellationToken)
    {
        // What was never indexed has nothing to rank.
        var indexed = collections.Where(collection => collection.Dimension > 0).ToList();
        if (await TryFusedAsync(indexed, plan, vectors, trace, cancellationToken) is { } fused) return fused;
        StartEmbedding(indexed, plan, vectors, cancellationToken);
        var jobs = Jobs(indexed, plan).ToList();
        var answers = new Answer?[jobs.Count];
        var outages = new ConcurrentQueue<MillraceException>();
        await Parallel.ForAsync(
            0,
            jobs.Count,
            new ParallelOptions { MaxDegreeOfParallelism = _parallelism, CancellationToken = cancellationToken },
            async (i, token) => answers[i] = await RunAsync(jobs[i], token));
        return new RankedCandidates(Joined(jobs, answers, plan, trace), outages.FirstOrDefault());

        async Task<Answer?> RunAsync(Job job, CancellationToken token)
        {
            var start = trace.Start();
            if (job.IsKeyword)
                return new Answer(await index.KeywordAsync(job.Collection.Index, Words(job, plan), token), trace.Since(start));
            var embedded = await vectors.InAsync(job.Collection.Encoder, token);
            if (embedded.Outage is { } outage) outages.Enqueue(outage);
            var vector = embedded.Values[job.Wording];
            if (vector.Length == 0) return plan.NeedsDense && job.Wording == 0 ? throw embedded.Outage! : null;
            start = trace.Start();
            var query = Meaning(job.Collection, vector, plan);
            return new Answer(await index.DenseAsync(job.Collection.Index, query, token), trace.Since(start));
        }
    }

    // A store that fuses where the chunks are answers once instead of twice. It tells no ranks of its own, knows one query and one
    // collection, and cuts nothing off: whatever else is asked is done here. So is a query without its vector, whose words are ranked while
    // it is embedded.
    private async Task<RankedCandidates?> TryFusedAsync(
        List<SearchedCollection> collections, QueryPlan plan, QueryVectors vectors, SearchTrace trace, CancellationToken cancellationToken)
    {
        if (collections.Count != 1 || plan.Wordings.Count != 1 || !plan.UsesKeywords || !plan.UsesDense || trace.IsOn) return null;
        if (plan.Query.SimilarityMin is not null || plan.Weights.Method != FusionMethod.Rank) return null;
        var collection = collections[0];
        if (!vectors.AreGiven(collection.Encoder)) return null;
        var embedded = await vectors.InAsync(collection.Encoder, cancellationToken);
        var query = new FusedQuery(
            Meaning(collection, embedded.Values[0], plan),
            new WordQuery(plan.Query.Text, plan.Query.Candidates, plan.Query.Filter),
            plan.Weights);
        return await index.TryFusedAsync(collection.Index, query, cancellationToken) is { } fused
            ? new RankedCandidates([new WeightedRanking(new Ranking(ReciprocalRankFusion.Stage, fused.Chunks), Weight: 1)], Outage: null)
            : null;
    }

    // Embedding takes longest, and with many collections the rankings by words come first: it must not wait for them. What comes of it,
    // the rankings by meaning hear.
    private static void StartEmbedding(
        List<SearchedCollection> collections, QueryPlan plan, QueryVectors vectors, CancellationToken cancellationToken)
    {
        if (!plan.UsesDense) return;
        foreach (var encoder in collections.Select(collection => collection.Encoder).Distinct())
            _ = vectors.InAsync(encoder, cancellationToken);
    }

    private static IEnumerable<Job> Jobs(List<SearchedCollection> collections, QueryPlan plan)
    {
        for (var i = 0; plan.UsesKeywords && i < plan.Wordings.Count; i++)
            foreach (var collection in plan.Wordings[i].IsPassage ? [] : collections) yield return new Job(collection, i, IsKeyword: true);
        for (var i = 0; plan.UsesDense && i < plan.Wordings.Count; i++)
            foreach (var collection in collections) yield return new Job(collection, i, IsKeyword: false);
    }

    private static WordQuery Words(Job job, QueryPlan plan) =>
        new(plan.Wordings[job.Wording].Text, plan.Query.Candidates, plan.Query.Filter);

    private static DenseQuery Meaning(SearchedCollection collection, ReadOnlyMemory<float> vector, QueryPlan plan) =>
        vector.Length == collection.Dimension
            ? new DenseQuery(vector, plan.Query.Candidates, plan.Query.Filter, plan.Query.Exact)
            : throw new MillraceException(
                Reason.ModelNotFound,
                $"The vectors of collection '{collection.Name}' have {collection.Dimension} values, and its model now makes "
                + $"{vector.Length}. Reindex the collection.");

    // In the order of the jobs, which is that of the wordings, whichever answer came first.
    private static List<WeightedRanking> Joined(List<Job> jobs, Answer?[] answers, QueryPlan plan, SearchTrace trace)
    {
        List<WeightedRanking> rankings = [];
        foreach (var group in jobs.Zip(answers).GroupBy(pair => pair.First.Group))
        {
            var (stage, own) = (StageOf(group.Key), group.Key.IsKeyword ? plan.Weights.Keyword : plan.Weights.Dense);
            var found = group.SelectMany(pair => Told(stage, pair.First, pair.Second, trace));
            var similarityMin = group.Key.IsKeyword ? null : plan.Query.SimilarityMin;
            var ranking = new Ranking(
                stage,
                [
                    .. found.Where(chunk => similarityMin is null || chunk.Score >= similarityMin)
                        .OrderByDescending(chunk => chunk.Score)
                        .Take(plan.Query.Candidates),
                ]);
            trace.Ranked(ranking);
            var weight = (plan.Mode == SearchMode.Hybrid ? own : 1) * plan.Wordings[group.Key.Wording].Weight;
            rankings.Add(new WeightedRanking(ranking, weight) { IsKeyword = group.Key.IsKeyword });
        }

        return rankings;
    }

    private static IReadOnlyList<ScoredChunk> Told(string stage, Job job, Answer? answer, SearchTrace trace)
    {
        if (answer is null) return [];
        trace.Report(new StageReport
        {
            Stage = stage,
            Collection = job.Collection.Name,
            Plan = answer.Ranking.Plan,
            CandidateCount = answer.Ranking.Chunks.Count,
            VisitedCount = answer.Ranking.VisitedCount,
            Duration = answer.Duration,
        });
        return answer.Ranking.Chunks;
    }

    private static string StageOf(Group group)
    {
        var stage = group.IsKeyword ? Keyword : Dense;
        return group.Wording == 0 ? stage : string.Create(CultureInfo.InvariantCulture, $"{stage}:{group.Wording}");
    }

    private sealed record Answer(IndexRanking Ranking, TimeSpan Duration);

    // One question to one index.
    private readonly record struct Job(SearchedCollection Collection, int Wording, bool IsKeyword)
    {
        public Group Group => new(Wording, IsKeyword, IsKeyword ? default : Collection.Encoder);
    }

    // Answers whose scores can be compared.
    private readonly record struct Group(int Wording, bool IsKeyword, EncoderChoice Encoder);
}
