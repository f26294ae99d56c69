using Qdrant.Client.Grpc;

namespace Millrace.Standins.Tests.Qdrant;

/// <summary>Finds points as Qdrant does, without an index: dot products, and reciprocal rank fusion of prefetches.</summary>
internal static class FakeQueries
{
    private const float RankOffset = 2;

    public static IEnumerable<(PointStruct Point, float Score)> Run(FakeCollection collection, QueryPoints query)
    {
        var found = query.Query is { VariantCase: Query.VariantOneofCase.Fusion }
            ? Fuse(query.Prefetch.Select(prefetch => Nearest(collection, prefetch).ToList())).Where(hit => Pass(query, hit.Point))
            : Nearest(collection, WithoutLimit(query));
        return found
            .Where(hit => !query.HasScoreThreshold || hit.Score >= query.ScoreThreshold)
            .Skip((int)query.Offset).Take((int)query.Limit);
    }

    private static PrefetchQuery WithoutLimit(QueryPoints query) =>
        new() { Query = query.Query, Using = query.Using, Filter = query.Filter, Limit = ulong.MaxValue };

    private static bool Pass(QueryPoints query, PointStruct point) => FakeFilters.Pass(query.Filter, point);

    private static IEnumerable<(PointStruct Point, float Score)> Nearest(FakeCollection collection, PrefetchQuery query)
    {
        var hits =
            from point in collection.InOrder(query.Filter)
            let score = Similarity(point, query.Using, query.Query.Nearest)
            where score.HasValue
            orderby score descending
            select (point, score.Value);
        return hits.Take((int)Math.Min(query.Limit, int.MaxValue));
    }

    private static IEnumerable<(PointStruct Point, float Score)> Fuse(IEnumerable<List<(PointStruct Point, float Score)>> lists) => lists
        .SelectMany(list => list.Select((hit, rank) => (hit.Point, Score: 1 / (rank + RankOffset))))
        .GroupBy(hit => hit.Point.Id)
        .Select(group => (group.First().Point, group.Sum(hit => hit.Score)))
        .OrderByDescending(hit => hit.Item2);

    // Null where the point has no vector in that field, or a sparse one that shares no position.
    private static float? Similarity(PointStruct point, string field, VectorInput input)
    {
        if (!FakeCollection.VectorsOf(point).TryGetValue(field, out var vector)) return null;
        if (input.Dense is { } dense) return dense.Data.Zip(vector.Dense.Data, (a, b) => a * b).Sum();
        var weights = input.Sparse.Indices.Zip(input.Sparse.Values).ToDictionary();
        var shared = vector.Sparse.Indices.Zip(vector.Sparse.Values).Where(entry => weights.ContainsKey(entry.First)).ToList();
        return shared.Count == 0 ? null : shared.Sum(entry => entry.Second * weights[entry.First]);
    }
}
