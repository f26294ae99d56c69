using Microsoft.Extensions.Options;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Index;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Search;

/// <summary>
/// A search from the query to the passages, in the order in which it happens:
/// <code>
/// route -> embed -> rank by words and by meaning -> fuse -> read -> decay -> rerank -> score_min -> diversity -> top k
/// </code>
/// What another service cannot do now costs quality, not the answer: without the embedding service chunks are ranked by words alone,
/// without the reranker the order before it stands. The answer says so.
/// </summary>
internal sealed class SearchEngine(
    SearchStages stages, IEncoder encoder, IOptions<RetrievalOptions> options, SearchSignals signals, TimeProvider time)
{
    /// <summary>Name of what is missing when the query could not be embedded.</summary>
    public const string EmbeddingMissing = "embedding";

    private readonly SearchOptions _options = options.Value.Search;

    /// <summary>Searches.</summary>
    /// <returns>The passages, best first, and how they were found if that was asked.</returns>
    /// <exception cref="MillraceException">The query is not valid, a collection is not there, or there is no answer without the embedding
    /// service.</exception>
    public async Task<SearchOutcome> SearchAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        query.RequireValid();
        var plan = QueryPlan.Of(query, _options);
        using var activity = signals.Start(plan);
        using var timer = signals.Time(plan.Mode);
        var trace = new SearchTrace(time, query.Explain);
        var collections = stages.Require(query);
        var vectors = new QueryVectors(encoder, plan, collections);

        var routed = await RouteAsync(collections, plan, vectors, trace, cancellationToken);
        var ranked = await RankAsync(routed, plan, vectors, trace, cancellationToken);
        var candidates = Read(Fuse(ranked, plan, trace), plan, trace, cancellationToken);
        candidates = Decay(candidates, plan, trace);
        candidates = await RerankAsync(candidates, plan, trace, cancellationToken);
        if (query.ScoreMin is { } scoreMin) candidates = [.. candidates.Where(candidate => (float)candidate.Score >= (float)scoreMin)];
        candidates = Diversify(candidates, plan, trace);
        return new SearchOutcome(trace.Hits([.. candidates.Take(query.TopK)]), trace.Explanation(routed), trace.Degraded);
    }

    private async Task<IReadOnlyList<RoutedCollection>> RouteAsync(
        IReadOnlyList<SearchedCollection> collections, QueryPlan plan, QueryVectors vectors, SearchTrace trace,
        CancellationToken cancellationToken)
    {
        var start = trace.Start();
        var (routed, outage) = await stages.Router.RouteAsync(collections, plan.Query.CollectionsMax, vectors, cancellationToken);
        if (outage is not null) Missed(CollectionRouter.Stage, outage, trace);
        if (plan.Query.CollectionsMax > 0)
            trace.Report(new StageReport { Stage = CollectionRouter.Stage, CandidateCount = routed.Count, Duration = trace.Since(start) });
        return routed;
    }

    private async Task<IReadOnlyList<WeightedRanking>> RankAsync(
        IReadOnlyList<RoutedCollection> routed, QueryPlan plan, QueryVectors vectors, SearchTrace trace,
        CancellationToken cancellationToken)
    {
        var collections = routed.Select(one => one.Collection).ToList();
        var ranked = await stages.Ranking.RankAsync(collections, plan, vectors, trace, cancellationToken);
        if (ranked.Outage is { } outage) Missed(EmbeddingMissing, outage, trace);
        return ranked.Rankings;
    }

    // One ranking is its own order; its scores say more than its ranks.
    private static Ranking Fuse(IReadOnlyList<WeightedRanking> rankings, QueryPlan plan, SearchTrace trace)
    {
        var telling = rankings.Where(ranking => ranking.Ranking.Chunks.Count > 0).ToList();
        if (telling.Count < 2) return telling.Count == 0 ? new Ranking(ReciprocalRankFusion.Stage, []) : telling[0].Ranking;
        var start = trace.Start();
        var fused = plan.Weights.Method == FusionMethod.Score
            ? ScoreFusion.Fuse(telling)
            : ReciprocalRankFusion.Fuse(telling, plan.Weights.Constant);
        trace.Done(start, fused);
        return fused;
    }

    private IReadOnlyList<Candidate> Read(Ranking ranking, QueryPlan plan, SearchTrace trace, CancellationToken cancellationToken)
    {
        var start = trace.Start();
        var candidates = stages.Reading.Read(ranking, plan, cancellationToken);
        trace.Report(new StageReport { Stage = CandidateReading.Stage, CandidateCount = candidates.Count, Duration = trace.Since(start) });
        return candidates;
    }

    private IReadOnlyList<Candidate> Decay(IReadOnlyList<Candidate> candidates, QueryPlan plan, SearchTrace trace)
    {
        if (plan.Query.Decay is not { } decay) return candidates;
        var start = trace.Start();
        var decayed = decay.Apply(candidates, time.GetUtcNow());
        if (trace.IsOn) trace.Done(start, decayed.ToRanking(TimeDecay.Stage));
        return decayed;
    }

    private async Task<IReadOnlyList<Candidate>> RerankAsync(
        IReadOnlyList<Candidate> candidates, QueryPlan plan, SearchTrace trace, CancellationToken cancellationToken)
    {
        if (plan.RerankCount == 0) return candidates;
        var start = trace.Start();
        try
        {
            var ordered = await stages.Reranking.OrderAsync(plan.Query.Text, candidates, plan, cancellationToken);
            if (trace.IsOn && !ReferenceEquals(ordered, candidates)) trace.Done(start, ordered.ToRanking(Reranking.Stage));
            return ordered;
        }
        catch (MillraceException error) when (error.IsOutage(cancellationToken))
        {
            Missed(Reranking.Stage, error, trace);
            return candidates;
        }
    }

    private IReadOnlyList<Candidate> Diversify(IReadOnlyList<Candidate> candidates, QueryPlan plan, SearchTrace trace)
    {
        if (plan.Query.DiversityLambda is not { } lambda) return candidates;
        var start = trace.Start();
        var (chosen, ranking) = Diversity.Choose(candidates, stages.Reading.Vectors(candidates), lambda, plan.Query.TopK);
        trace.Done(start, ranking);
        return chosen;
    }

    private void Missed(string what, MillraceException outage, SearchTrace trace)
    {
        trace.Missed(what);
        signals.Degraded(what, outage.Reason);
    }
}
