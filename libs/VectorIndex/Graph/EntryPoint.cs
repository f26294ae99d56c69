namespace Millrace.VectorIndex.Graph;

/// <summary>Where walks begin: a node on the highest level. Kept in one word, so that it changes as one.</summary>
/// <param name="Slot">The node; 0 where there is none.</param>
/// <param name="Level">Its level.</param>
internal readonly record struct EntryPoint(int Slot, int Level)
{
    /// <summary>Both in one word.</summary>
    public long Packed => ((long)Level << 32) | (uint)Slot;

    /// <summary>Whether there is no node.</summary>
    public bool IsNone => Slot == 0;

    /// <summary>Reads <see cref="Packed"/>.</summary>
    public static EntryPoint From(long packed) => new((int)packed, (int)(packed >> 32));
}
