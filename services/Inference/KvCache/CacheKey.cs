namespace Millrace.Inference.KvCache;

/// <summary>
/// Whose state may be shared: entries of different keys are kept apart by construction, because a search only ever sees those of one key.
/// </summary>
/// <param name="Adapter">Id of the adapter under which the state is computed; 0 for none. Ids are never used twice.</param>
/// <param name="Salt">Opaque, for example a tenant.</param>
internal readonly record struct CacheKey(int Adapter, string Salt)
{
    /// <summary>The model itself, without salt.</summary>
    public static CacheKey None { get; } = new(0, "");
}
