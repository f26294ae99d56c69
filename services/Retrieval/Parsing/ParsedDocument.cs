namespace Millrace.Retrieval.Parsing;

/// <summary>A document as plain text. Every offset of the service points into <see cref="Text"/>.</summary>
/// <param name="Title">Its first heading, else what the format says of it, else its id.</param>
/// <param name="Text">The whole text, headings included, in UTF-16; lines end with a line feed, paragraphs with a blank line.</param>
/// <param name="Sections">The text under each heading, in order, without overlap.</param>
internal sealed record ParsedDocument(string Title, string Text, IReadOnlyList<Section> Sections)
{
    /// <summary>What the document says of itself, such as the author in a Markdown file's front matter. A suggestion: what the
    /// application said at the upload goes before it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

/// <summary>The text between two headings.</summary>
/// <param name="Breadcrumb">Headings above it, outermost first; empty for text before the first heading.</param>
/// <param name="Start">Offset of its first UTF-16 code unit in the document's text.</param>
/// <param name="Length">Length in UTF-16 code units, at least 1.</param>
internal sealed record Section(IReadOnlyList<string> Breadcrumb, int Start, int Length);
