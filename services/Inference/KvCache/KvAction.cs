namespace Millrace.Inference.KvCache;

/// <summary>What to do to the native cache.</summary>
internal enum KvActionKind
{
    /// <summary>A sequence forgets everything from a position on.</summary>
    Truncate,

    /// <summary>A sequence, which is empty, shares the beginning of another's cells.</summary>
    Share,

    /// <summary>A sequence, which is empty, gets cells of its own with the beginning of another's state.</summary>
    Copy,

    /// <summary>A sequence's state is put aside, into memory.</summary>
    Stash,

    /// <summary>A sequence, which is empty, gets the beginning of a state that was put aside.</summary>
    Restore,
}

/// <summary>A sequence's state in memory, outside the native cache.</summary>
internal sealed class KvStash
{
    /// <summary>The state as the library writes it; null until it was put there.</summary>
    public byte[]? State { get; set; }
}

/// <summary>A change of the native cache, to be made before the next step and in order.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Id">The native sequence that changes.</param>
/// <param name="Length">Tokens that it has afterwards.</param>
internal readonly record struct KvAction(KvActionKind Kind, int Id, int Length)
{
    /// <summary>The native sequence whose cells or state are taken.</summary>
    public int Source { get; private init; } = -1;

    /// <summary>The state that is put aside or brought back.</summary>
    public KvStash? Stash { get; private init; }

    /// <summary>A sequence forgets everything from a position on; from 0 on it is free.</summary>
    public static KvAction Truncate(int id, int length) => new(KvActionKind.Truncate, id, length);

    /// <summary>A sequence shares the beginning of another's cells.</summary>
    public static KvAction Share(int source, int id, int length) => new(KvActionKind.Share, id, length) { Source = source };

    /// <summary>A sequence gets the beginning of another's state.</summary>
    public static KvAction Copy(int source, int id, int length) => new(KvActionKind.Copy, id, length) { Source = source };

    /// <summary>A sequence's state is put aside.</summary>
    public static KvAction PutAside(int id, int length, KvStash stash) => new(KvActionKind.Stash, id, length) { Stash = stash };

    /// <summary>A sequence gets the beginning of a state that was put aside.</summary>
    public static KvAction Restore(KvStash stash, int id, int length) => new(KvActionKind.Restore, id, length) { Stash = stash };
}
