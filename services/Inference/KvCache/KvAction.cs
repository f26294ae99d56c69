namespace Millrace.Inference.KvCache;

/// <summary>What to do to the native cache.</summary>
internal enum KvActionKind
{
    /// <summary>A sequence forgets everything from a position on.</summary>
    Truncate,

    /// <summary>A sequence, which is empty, shares the beginning of another's cells.</summary>
    Share,
}

/// <summary>A change of the native cache, to be made before the next step and in order.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Id">The native sequence that changes.</param>
/// <param name="Length">Tokens that it has afterwards.</param>
/// <param name="Source">The native sequence whose cells are shared.</param>
internal readonly record struct KvAction(KvActionKind Kind, int Id, int Length, int Source = -1)
{
    /// <summary>A sequence forgets everything from a position on; from 0 on it is free.</summary>
    public static KvAction Truncate(int id, int length) => new(KvActionKind.Truncate, id, length);

    /// <summary>A sequence shares the beginning of another's cells.</summary>
    public static KvAction Share(int source, int id, int length) => new(KvActionKind.Share, id, length, source);
}
