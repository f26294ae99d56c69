using Millrace.Retrieval.Parsing;

namespace Millrace.Retrieval.Chunking.Strategies;

/// <summary>One chunk for each sentence: the sentence is ranked, and what is found is it with its neighbours, as far as they fit.</summary>
internal sealed class SentenceWindowStrategy : ChunkStrategy
{
    /// <inheritdoc/>
    protected override IEnumerable<Chunk> Cut(MeasuredText text) => text.Document.Sections.SelectMany(section => Cut(text, section));

    private static IEnumerable<Chunk> Cut(MeasuredText text, Section section)
    {
        var sentences = SentenceUnits.Of(text, section);
        return sentences.Select((sentence, i) => text.ChunkOf(section, Window(text, sentences, i)) with { Ranked = sentence });
    }

    // Neighbours are taken in turn, so that a window that is full leans to neither side.
    private static TextRange Window(MeasuredText text, List<TextRange> sentences, int index)
    {
        var window = sentences[index];
        var (isLeftOpen, isRightOpen) = (true, true);
        for (var distance = 1; distance <= text.Settings.WindowSentences; distance++)
        {
            isLeftOpen = isLeftOpen && index - distance >= 0 && text.Fits(sentences[index - distance].To(window));
            if (isLeftOpen) window = sentences[index - distance].To(window);
            isRightOpen = isRightOpen && index + distance < sentences.Count && text.Fits(window.To(sentences[index + distance]));
            if (isRightOpen) window = window.To(sentences[index + distance]);
        }

        return window;
    }
}
