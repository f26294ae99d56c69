using Millrace.Retrieval.Parsing;

namespace Millrace.Retrieval.Chunking;

/// <summary>A part of a section that is found as one.</summary>
/// <param name="Section">The section.</param>
/// <param name="Start">Offset of its first UTF-16 code unit in the document's text.</param>
/// <param name="Length">Length in UTF-16 code units.</param>
/// <param name="TokenCount">Its tokens, counted by the embedding model.</param>
internal sealed record Chunk(Section Section, int Start, int Length, int TokenCount)
{
    /// <summary>The part of it that is ranked; all of it, unless its strategy found a smaller one.</summary>
    public TextRange Ranked { get; init; } = new(Start, Length);

    /// <summary>Where it stands in its document, in words, for embedding; empty where the settings want none or none fits.</summary>
    public string Header { get; init; } = "";

    /// <summary>The text that is ranked, by meaning and by words.</summary>
    /// <param name="document">The document that it was cut from.</param>
    public string RankedTextIn(ParsedDocument document) => document.Text.Substring(Ranked.Start, Ranked.Length);

    /// <summary>What is embedded: the text that is ranked, below the header.</summary>
    /// <param name="document">The document that it was cut from.</param>
    public string EmbeddedTextIn(ParsedDocument document) => ContextualHeader.Above(Header, RankedTextIn(document));

    /// <summary>The chunk's text.</summary>
    /// <param name="document">The document that it was cut from.</param>
    public string TextIn(ParsedDocument document) => document.Text.Substring(Start, Length);
}
