using Millrace.Retrieval.Search;
using Millrace.Retrieval.Store;

namespace Millrace.Retrieval.Context;

/// <summary>A continuous part of one document's text, in which passages may grow together.</summary>
/// <param name="start">Offset of its first UTF-16 code unit in the document's text.</param>
/// <param name="text">Its text.</param>
internal sealed class Stretch(int start, string text)
{
    /// <summary>The text between two offsets of the document.</summary>
    public string Between(int from, int to) => text[(from - start)..(to - start)];
}

/// <summary>A chunk that was found, with what stands around it.</summary>
/// <param name="Hit">The chunk.</param>
/// <param name="Rank">Its rank, from 1.</param>
/// <param name="Around">It and its neighbours, in reading order.</param>
/// <param name="Stretch">The text that holds all of them.</param>
internal sealed record FoundChunk(SearchHit Hit, int Rank, IReadOnlyList<StoredPassage> Around, Stretch Stretch)
{
    /// <summary>The chunk.</summary>
    public StoredPassage Passage => Hit.Passage;

    /// <summary>Its neighbours in the order in which they are added: nearest first, each with those between it and the chunk.</summary>
    public IEnumerable<StoredPassage> Neighbours => Around
        .Where(chunk => chunk.Ordinal != Passage.Ordinal)
        .OrderBy(chunk => Math.Abs(chunk.Ordinal - Passage.Ordinal))
        .ThenBy(chunk => chunk.Ordinal);
}

/// <summary>Where a chunk ends.</summary>
internal static class Places
{
    /// <summary>Most characters between two passages that touch: a line end, or the blank line between paragraphs.</summary>
    public const int GapCharsMax = 2;

    /// <summary>Offset behind its last UTF-16 code unit in the document's text.</summary>
    public static int End(this StoredPassage passage) => passage.Start + passage.Text.Length;
}
