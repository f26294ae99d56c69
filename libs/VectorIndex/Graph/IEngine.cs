namespace Millrace.VectorIndex.Graph;

/// <summary>A graph and all that is done with it, whatever its vectors are made of. One thread writes at a time; any search.</summary>
internal interface IEngine : IDisposable
{
    /// <summary>The memory.</summary>
    NodeTable Table { get; }

    /// <summary>Searches by plan.</summary>
    PlanCounters Plans { get; }

    /// <summary>Stores vectors that were found sound, of ids each of which is there once, and replaces those that are stored.</summary>
    void Put(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors);

    /// <summary>Forgets ids.</summary>
    /// <returns>How many were there.</returns>
    int Remove(ReadOnlySpan<long> ids);

    /// <summary>Finds what is nearest.</summary>
    int Search(in SearchRequest request, Span<VectorHit> results, out SearchExplanation explanation);

    /// <summary>Reads a vector.</summary>
    bool TryGet(long id, Span<float> vector);

    /// <summary>Takes deleted nodes out of the graph.</summary>
    void Repair();

    /// <summary>Waits until no search is going on.</summary>
    void WaitForReaders();
}

/// <summary>What is searched for; checked.</summary>
/// <param name="query">The query.</param>
/// <param name="k">How many to find.</param>
/// <param name="options">How.</param>
internal readonly ref struct SearchRequest(ReadOnlySpan<float> query, int k, SearchOptions options)
{
    public ReadOnlySpan<float> Query { get; } = query;

    public int K { get; } = k;

    public SearchOptions Options { get; } = options;
}
