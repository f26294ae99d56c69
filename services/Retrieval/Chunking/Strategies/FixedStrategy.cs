using Millrace.Retrieval.Parsing;

namespace Millrace.Retrieval.Chunking.Strategies;

/// <summary>Runs of as many words as fit, section by section; each begins with the last words of the one before.</summary>
internal sealed class FixedStrategy : ChunkStrategy
{
    /// <inheritdoc/>
    protected override IEnumerable<Chunk> Cut(MeasuredText text) => text.Document.Sections.SelectMany(section => Cut(text, section));

    private static IEnumerable<Chunk> Cut(MeasuredText text, Section section)
    {
        var range = text.RangeOf(section);
        if (range.Length == 0) yield break;
        for (var run = RunFrom(text, range.Start, range.End); ; run = Next(text, run, range.End))
        {
            yield return text.ChunkOf(section, run);
            if (run.End == range.End) yield break;
        }
    }

    // Where what is shared leaves no room for the next word, nothing is shared.
    private static TextRange Next(MeasuredText text, TextRange run, int end)
    {
        if (text.Settings.OverlapTokens == 0) return RunFrom(text, run.End, end);
        var next = RunFrom(text, TextRuns.StartOfLast(text, run, text.Settings.OverlapTokens), end);
        return next.End > run.End ? next : RunFrom(text, run.End, end);
    }

    private static TextRange RunFrom(MeasuredText text, int start, int end) =>
        TextRuns.First(text, TextRange.Trimmed(text.Document.Text, start, end), text.OwnTokensMax);
}
