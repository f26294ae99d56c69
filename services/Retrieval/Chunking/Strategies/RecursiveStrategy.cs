namespace Millrace.Retrieval.Chunking.Strategies;

/// <summary>
/// Section by section: one that fits is one chunk; one that does not is cut into paragraphs, lines, sentences and at last runs of words,
/// each only where the larger unit is too long, and neighbours are packed together again up to the limit.
/// </summary>
internal sealed class RecursiveStrategy : ChunkStrategy
{
    /// <inheritdoc/>
    protected override IEnumerable<Chunk> Cut(MeasuredText text) =>
        text.Document.Sections.SelectMany(section => SectionCutter.Cut(text, section));
}
