namespace Millrace.VectorIndex.Filtering;

/// <summary>
/// Says which ids may be found. It is asked by many threads at once, often, and must not change its mind during a search. Use
/// <see cref="IdSet"/> where the ids are known; it is the fastest.
/// </summary>
public interface IVectorFilter
{
    /// <summary>Whether this id may be found.</summary>
    bool Passes(long id);

    /// <summary>How many ids pass, stored or not; null when unknown, and then it is estimated by asking for some ids.</summary>
    long? Cardinality => null;

    /// <summary>The ids that pass, when they can be listed without asking for each; else null.</summary>
    IEnumerable<long>? Ids => null;
}
