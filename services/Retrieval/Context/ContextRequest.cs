using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Context;

/// <summary>In which order a context shows its passages.</summary>
internal enum ContextOrder
{
    /// <summary>Best first.</summary>
    Relevance,

    /// <summary>As they stand in their documents; the document with the best passage first.</summary>
    Document,

    /// <summary>The best at both ends.</summary>
    Edges,
}

/// <summary>How a context is packed.</summary>
internal sealed record ContextRequest
{
    /// <summary>Tokens of a context when the caller does not say how many.</summary>
    public const int TokensMaxDefault = 900;

    private const int NeighbourChunksMax = 8;

    /// <summary>Most tokens of the context.</summary>
    public required int TokensMax { get; init; }

    /// <summary>In which order it shows its passages.</summary>
    public ContextOrder Order { get; init; }

    /// <summary>Chunks on each side of a found one that are added where the budget allows.</summary>
    public int NeighbourChunks { get; init; }

    /// <summary>Whether passages of one document that overlap or touch stay apart.</summary>
    public bool KeepOverlaps { get; init; }

    /// <summary>Labels that the caller holds.</summary>
    public IReadOnlyList<string> HeldLabels { get; init; } = [];

    /// <summary>Refuses one that is not valid.</summary>
    public void RequireValid()
    {
        if (NeighbourChunks is < 0 or > NeighbourChunksMax)
            throw MillraceException.InvalidArgument(
                "neighbour_chunks", $"neighbour_chunks is {NeighbourChunks}. Set it to 0 to {NeighbourChunksMax}.");
    }
}

/// <summary>A passage of a context.</summary>
/// <param name="Passage">The passage; of several chunks, what is said of it beside text and place is the best one's.</param>
/// <param name="Score">Score of the search; its best.</param>
/// <param name="ChunkIds">Ids of the chunks that it was made of, in reading order.</param>
internal sealed record ContextPassage(StoredPassage Passage, double Score, IReadOnlyList<string> ChunkIds);

/// <summary>A context for a prompt.</summary>
/// <param name="Passages">The passages in it; the first has number 1.</param>
/// <param name="Text">The rendered text.</param>
/// <param name="TokenCount">Its tokens.</param>
/// <param name="DroppedCount">Passages that were found but are not in it.</param>
internal sealed record PackedContext(IReadOnlyList<ContextPassage> Passages, string Text, int TokenCount, int DroppedCount)
{
    /// <summary>Whether its tokens could not be counted, so that it was packed by an upper bound of them.</summary>
    public bool IsCountedByBound { get; init; }
}
