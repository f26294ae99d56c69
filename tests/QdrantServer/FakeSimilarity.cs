using Qdrant.Client.Grpc;

namespace Millrace.QdrantServer;

/// <summary>Orders points by how near they are to a vector, dense or sparse, in the field's own metric.</summary>
internal static class FakeSimilarity
{
    public static IEnumerable<FakeHit> Rank(FakeCollection collection, Query? query, string field, Filter? filter)
    {
        if (query?.VariantCase != Query.VariantOneofCase.Nearest) throw FakeQueries.Invalid("Wrong input: this query is not known here");
        var score = query.Nearest.Sparse is { } sparse
            ? Sparse(collection, sparse, field)
            : Dense(collection, query.Nearest.Dense, field);
        return
            from point in collection.InOrder(filter)
            let found = FakeCollection.VectorsOf(point).TryGetValue(field, out var vector) ? score(vector) : null
            where found.HasValue
            orderby found descending
            select new FakeHit(point, found.Value);
    }

    private static Func<Vector, float?> Dense(FakeCollection collection, DenseVector query, string field)
    {
        var parameters = collection.DenseField(field);
        FakeCollection.RequireSize(parameters, query);
        return vector => parameters.Distance switch
        {
            Distance.Dot => Dot(query, vector.Dense),
            Distance.Cosine => Dot(query, vector.Dense) / MathF.Sqrt(Dot(query, query) * Dot(vector.Dense, vector.Dense)),
            _ => throw new NotSupportedException(parameters.Distance.ToString()),
        };
    }

    // Null where no position is shared.
    private static Func<Vector, float?> Sparse(FakeCollection collection, SparseVector query, string field)
    {
        var weights = query.Indices.Zip(query.Values).ToDictionary();
        if (collection.SparseField(field).Modifier == Modifier.Idf) MultiplyByRarity(weights, collection, field);
        return vector =>
        {
            var shared = vector.Sparse.Indices.Zip(vector.Sparse.Values).Where(entry => weights.ContainsKey(entry.First)).ToList();
            return shared.Count == 0 ? null : shared.Sum(entry => entry.Second * weights[entry.First]);
        };
    }

    // The more points have a position, the less it counts: ln(1 + (N - n + 0.5) / (n + 0.5)) of the N points with a vector in the field.
    private static void MultiplyByRarity(Dictionary<uint, float> weights, FakeCollection collection, string field)
    {
        var counts = new Dictionary<uint, int>();
        var total = 0;
        foreach (var point in collection.Points.Values)
        {
            if (!FakeCollection.VectorsOf(point).TryGetValue(field, out var vector)) continue;
            total++;
            foreach (var position in vector.Sparse.Indices.Where(weights.ContainsKey))
                counts[position] = counts.GetValueOrDefault(position) + 1;
        }

        foreach (var position in weights.Keys.ToList())
        {
            var count = counts.GetValueOrDefault(position);
            weights[position] *= MathF.Log(1 + ((total - count + 0.5f) / (count + 0.5f)));
        }
    }

    private static float Dot(DenseVector a, DenseVector b) => a.Data.Zip(b.Data, (x, y) => x * y).Sum();
}
