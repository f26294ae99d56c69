using Millrace.Retrieval.Store;

namespace Millrace.Retrieval.Context;

/// <summary>Reads what stands around passages.</summary>
internal interface IPassageTexts
{
    /// <summary>The chunk with those around it, in reading order.</summary>
    /// <param name="passage">A passage that was read before.</param>
    /// <param name="count">How many on each side.</param>
    /// <param name="heldLabels">Labels that the caller holds.</param>
    /// <returns>The chunks, the passage itself included; none when the caller may not see the document any more.</returns>
    IReadOnlyList<StoredPassage> Neighbours(StoredPassage passage, int count, IReadOnlyList<string> heldLabels);

    /// <summary>A span of the text of a passage's document, in the passage's version.</summary>
    /// <returns>The text; null when that version is not kept any more.</returns>
    string? Span(StoredPassage passage, int start, int length);
}

/// <summary>Reads from the document store.</summary>
internal sealed class StoredPassageTexts(PassageStore passages) : IPassageTexts
{
    /// <inheritdoc/>
    public IReadOnlyList<StoredPassage> Neighbours(StoredPassage passage, int count, IReadOnlyList<string> heldLabels) =>
        passages.Neighbours(passage, count, count, heldLabels);

    /// <inheritdoc/>
    public string? Span(StoredPassage passage, int start, int length) => passages.Span(passage, start, length);
}
