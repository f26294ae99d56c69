using Grpc.Core;
using Qdrant.Client.Grpc;

namespace Millrace.QdrantServer;

/// <summary>A point and how well it matches.</summary>
internal readonly record struct FakeHit(PointStruct Point, float Score);

/// <summary>Finds points as Qdrant does, without an index: similarity by the field's metric, and reciprocal rank fusion of
/// prefetches.</summary>
internal static class FakeQueries
{
    private const int LimitDefault = 10;
    private const int RankConstantDefault = 2;

    public static IReadOnlyList<FakeHit> Run(FakeCollection collection, QueryPoints query)
    {
        var limit = query.HasLimit ? query.Limit : LimitDefault;
        if (limit == 0) throw Invalid("Validation error in body: [limit: value 0 invalid, must be 1.0 or larger]");
        var found = IsFusion(query.Query)
            ? Fuse(collection, query).Where(hit => FakeFilters.Pass(query.Filter, hit.Point))
            : FakeSimilarity.Rank(collection, query.Query, query.Using, query.Filter);
        return
        [
            .. found.Where(hit => !query.HasScoreThreshold || hit.Score >= query.ScoreThreshold)
                .Skip((int)query.Offset).Take((int)Math.Min(limit, int.MaxValue)),
        ];
    }

    private static bool IsFusion(Query? query) => query?.VariantCase is Query.VariantOneofCase.Fusion or Query.VariantOneofCase.Rrf;

    private static IEnumerable<FakeHit> Fuse(FakeCollection collection, QueryPoints query)
    {
        var constant = query.Query.Rrf is { HasK: true } rrf ? (int)rrf.K : RankConstantDefault;
        var weights = query.Query.Rrf?.Weights ?? [];
        if (constant < 1) throw Invalid("Validation error in body: [query.rrf.k: value 0 invalid, must be 1 or larger]");
        if (query.Prefetch.Count == 0) throw Invalid("Wrong input: cannot apply Fusion without prefetches");
        if (weights.Count > 0 && weights.Count != query.Prefetch.Count) throw Invalid("Wrong input: as many weights as prefetches");
        return query.Prefetch
            .SelectMany((prefetch, i) => Prefetch(collection, prefetch)
                .Select((hit, rank) => hit with { Score = Score(rank, constant, weights.Count > 0 ? weights[i] : 1) }))
            .GroupBy(hit => hit.Point.Id)
            .Select(group => new FakeHit(group.First().Point, group.Sum(hit => hit.Score)))
            .OrderByDescending(hit => hit.Score);
    }

    // Qdrant's own: a weight stretches the ranks instead of the score.
    private static float Score(int rank, int constant, float weight) => 1 / (((rank + 1) / weight) + constant - 1);

    private static IEnumerable<FakeHit> Prefetch(FakeCollection collection, PrefetchQuery query) =>
        FakeSimilarity.Rank(collection, query.Query, query.Using, query.Filter)
            .Where(hit => !query.HasScoreThreshold || hit.Score >= query.ScoreThreshold)
            .Take((int)Math.Min(query.HasLimit ? query.Limit : LimitDefault, int.MaxValue));

    internal static RpcException Invalid(string message) => new(new Status(StatusCode.InvalidArgument, message));
}
