using Millrace.VectorIndex.Filtering;

namespace Millrace.VectorIndex;

/// <summary>How one search is done.</summary>
public sealed record SearchOptions
{
    /// <summary>Candidates to keep; the index's own setting when null. At least k are kept anyway.</summary>
    public int? Ef { get; init; }

    /// <summary>Which ids may be found; all when null.</summary>
    public IVectorFilter? Filter { get; init; }

    /// <summary>Whether to compare with every vector that may be found, on float32, instead of walking the graph.</summary>
    public bool Exact { get; init; }
}

/// <summary>How a search was done.</summary>
public enum SearchPlan
{
    /// <summary>Nothing could be found: the index is empty, or the filter passes nothing.</summary>
    Empty,

    /// <summary>A walk over the graph.</summary>
    Graph,

    /// <summary>A walk that goes on until enough of what may be found is found.</summary>
    FilteredGraph,

    /// <summary>A comparison with every vector that may be found.</summary>
    Scan,

    /// <summary>A walk that found too little at the price of a comparison with all, which was then made.</summary>
    GraphThenScan,
}

/// <summary>What a search did.</summary>
/// <param name="Plan">The plan that was taken.</param>
/// <param name="Compared">Vectors that the query was compared with.</param>
/// <param name="Ef">Candidates that were kept; 0 where the graph was not walked.</param>
/// <param name="Passing">How many vectors may be found: as the filter says, counted, or estimated from a sample.</param>
public readonly record struct SearchExplanation(SearchPlan Plan, int Compared, int Ef, long Passing);
