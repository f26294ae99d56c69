namespace Millrace.Bench.VectorIndex;

/// <summary>An index with all vectors in it, built and asked by one thread.</summary>
internal interface IPeer : IDisposable
{
    /// <summary>What results call it.</summary>
    string Name { get; }

    /// <summary>Seconds that putting the vectors in took.</summary>
    double BuildSeconds { get; }

    /// <summary>Asks all queries.</summary>
    /// <param name="ef">Candidates to keep.</param>
    /// <param name="ids">Takes the answers, <see cref="Corpus.Neighbours"/> for each query.</param>
    /// <returns>Seconds that it took.</returns>
    double Search(int ef, long[] ids);
}

/// <summary>How all indexes are built.</summary>
internal static class Build
{
    public const int Links = 16;
    public const int Breadth = 200;
}
