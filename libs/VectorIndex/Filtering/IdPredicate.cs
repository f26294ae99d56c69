namespace Millrace.VectorIndex.Filtering;

/// <summary>A filter that asks a function.</summary>
/// <param name="passes">Whether an id may be found; called by many threads at once.</param>
/// <param name="cardinality">How many ids pass; null when unknown.</param>
public sealed class IdPredicate(Func<long, bool> passes, long? cardinality = null) : IVectorFilter
{
    /// <inheritdoc/>
    public long? Cardinality => cardinality;

    /// <inheritdoc/>
    public bool Passes(long id) => passes(id);
}
