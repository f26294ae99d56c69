namespace Millrace.Inference.KvCache;

/// <summary>How a native cache is laid out, and what of it is kept.</summary>
internal sealed record KvCacheLimits
{
    /// <summary>Cells, over all sequences.</summary>
    public required int Cells { get; init; }

    /// <summary>Sequences that run at most.</summary>
    public required int Slots { get; init; }

    /// <summary>Ended sequences whose state is kept at most; 0 keeps and shares nothing.</summary>
    public int CachedMax { get; init; }

    /// <summary>
    /// Tokens of ended sequences that are kept in memory outside the cells; 0 to keep them in the cells that running ones do not need.
    /// Attention passes over every cell that anybody holds: outside they cost nothing until they are of use, and then a copy.
    /// </summary>
    public int StashedTokensMax { get; init; }

    /// <summary>
    /// Whether all sequences share the cells; otherwise each has as many of its own, which only <see cref="InMemory"/> can do.
    /// </summary>
    public bool SharesCells { get; init; } = true;

    /// <summary>Whether ended sequences are kept outside the cells.</summary>
    public bool InMemory => StashedTokensMax > 0;

    /// <summary>Native sequences.</summary>
    public int Ids => InMemory ? Slots : Slots + CachedMax;
}
