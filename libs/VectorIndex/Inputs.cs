using Millrace.VectorIndex.Distance;
using Millrace.VectorIndex.Graph;

namespace Millrace.VectorIndex;

/// <summary>Looks at what callers give, and says what is wrong with it.</summary>
internal static class Inputs
{
    /// <summary>Refuses vectors of another number or kind than the ids and the index ask for.</summary>
    public static void CheckBatch(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors, VectorIndexOptions options)
    {
        var dimension = options.Dimension;
        if (vectors.Length != (long)ids.Length * dimension)
        {
            throw new ArgumentException(
                $"{ids.Length} ids of dimension {dimension} need {(long)ids.Length * dimension} numbers, and {vectors.Length} were given: "
                    + "check that the embedding model is the one that the index was made for.",
                nameof(vectors));
        }

        for (var i = 0; i < ids.Length; i++)
            if (VectorForm.Fault(vectors.Slice(i * dimension, dimension), options.Metric) is { } fault)
                throw new ArgumentException($"The vector of id {ids[i]} {fault}", nameof(vectors));
    }

    /// <summary>Refuses a query that cannot be compared with the index's vectors, and settings out of range.</summary>
    public static void CheckQuery(ReadOnlySpan<float> query, int k, SearchOptions search, VectorIndexOptions options)
    {
        CheckDimension(query.Length, options);
        if (k < 1) throw new ArgumentOutOfRangeException(nameof(k), k, "Ask for at least one neighbour.");
        if (search.Ef is < 1)
            throw new ArgumentOutOfRangeException(nameof(search), search.Ef, "Ef must be at least 1; leave it out for the usual.");
        if (VectorForm.Fault(query, options.Metric) is { } fault) throw new ArgumentException($"The query {fault}", nameof(query));
    }

    /// <summary>Refuses a vector of another dimension than the index's.</summary>
    public static void CheckDimension(int length, VectorIndexOptions options)
    {
        if (length == options.Dimension) return;
        throw new ArgumentException(
            $"The vector has {length} numbers, and the index's have {options.Dimension}: check that the embedding model is the one that "
                + "the index was made for.");
    }

    /// <summary>Refuses ids that would be more than may be stored.</summary>
    public static void CheckRoom(ReadOnlySpan<long> ids, NodeTable table, VectorIndexOptions options)
    {
        if (table.Live + (long)ids.Length <= options.MaxElements) return;
        var added = new HashSet<long>();
        foreach (var id in ids)
            if (!table.Slots.ContainsKey(id)) added.Add(id);
        if (table.Live + (long)added.Count <= options.MaxElements) return;
        throw new VectorIndexException(
            VectorIndexFault.Full,
            $"The index holds {table.Live} vectors and may hold {options.MaxElements}; {added.Count} more do not fit. Delete some, or set "
                + $"{nameof(VectorIndexOptions.MaxElements)} higher if memory allows.");
    }

    /// <summary>The last vector of each id, when an id is there twice; else null.</summary>
    public static (long[] Ids, float[] Vectors)? LastOfEach(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors, int dimension)
    {
        if (ids.Length == 1) return null;
        var last = new Dictionary<long, int>(ids.Length);
        for (var i = 0; i < ids.Length; i++) last[ids[i]] = i;
        if (last.Count == ids.Length) return null;

        var lastVectors = new float[last.Count * dimension];
        var next = 0;
        foreach (var index in last.Values)
            vectors.Slice(index * dimension, dimension).CopyTo(lastVectors.AsSpan(next++ * dimension, dimension));
        return ([.. last.Keys], lastVectors);
    }
}
