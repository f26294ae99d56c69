using Millrace.Retrieval.Parsing;

namespace Millrace.Retrieval.Chunking.Strategies;

/// <summary>
/// Along headings: a heading with everything below it is one chunk where it fits; else its own text and each heading of the next level are
/// cut by themselves. A chunk's breadcrumb is what all of it stands under; headings inside it are part of its text.
/// </summary>
internal sealed class MarkdownStrategy : ChunkStrategy
{
    /// <inheritdoc/>
    protected override IEnumerable<Chunk> Cut(MeasuredText text)
    {
        Section[] sections = [.. text.Document.Sections.Where(section => text.RangeOf(section).Length > 0)];
        return sections.Length == 0 ? [] : Cut(text, sections, depth: 0);
    }

    /// <summary>Chunks of neighbouring sections that share their first headings.</summary>
    /// <param name="text">The document.</param>
    /// <param name="sections">The sections, at least one.</param>
    /// <param name="depth">How many headings they share.</param>
    private static IEnumerable<Chunk> Cut(MeasuredText text, ArraySegment<Section> sections, int depth)
    {
        if (sections.Count == 1) return SectionCutter.Cut(text, sections[0]);
        var whole = Whole(text, sections, depth);
        if (text.Fits(whole))
            return [text.ChunkOf(new Section([.. sections[0].Breadcrumb.Take(depth)], whole.Start, whole.Length), whole)];
        return Children(sections, depth).SelectMany(child => Cut(text, child, Math.Min(depth + 1, child[0].Breadcrumb.Count)));
    }

    // A section without a further heading stands alone; the others go together by their next heading.
    private static IEnumerable<ArraySegment<Section>> Children(ArraySegment<Section> sections, int depth)
    {
        for (var start = 0; start < sections.Count;)
        {
            var heading = HeadingAt(sections[start], depth);
            var end = start + 1;
            while (heading is not null && end < sections.Count && HeadingAt(sections[end], depth) == heading) end++;
            yield return sections[start..end];
            start = end;
        }
    }

    private static string? HeadingAt(Section section, int depth) => depth < section.Breadcrumb.Count ? section.Breadcrumb[depth] : null;

    private static TextRange Whole(MeasuredText text, ArraySegment<Section> sections, int depth)
    {
        var start = StartWithHeadings(text, sections[0], depth);
        return new TextRange(start, text.RangeOf(sections[^1]).End - start);
    }

    // Headings stand above their section's text, each a paragraph; those beyond the shared ones belong to the chunk.
    private static int StartWithHeadings(MeasuredText text, Section section, int depth)
    {
        var source = text.Document.Text;
        var (start, length) = text.RangeOf(section);
        var isOwnText = section.Breadcrumb is [.., var last] && source.AsSpan(start, length).SequenceEqual(last);
        for (var i = section.Breadcrumb.Count - (isOwnText ? 2 : 1); i >= depth; i--)
        {
            var above = source.AsSpan(0, start).TrimEnd();
            if (!above[(above.LastIndexOf('\n') + 1)..].SequenceEqual(section.Breadcrumb[i])) break;
            start = above.Length - section.Breadcrumb[i].Length;
        }

        return start;
    }
}
