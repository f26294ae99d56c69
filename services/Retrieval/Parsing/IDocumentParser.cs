namespace Millrace.Retrieval.Parsing;

/// <summary>Turns the text of one format into sections of plain text.</summary>
internal interface IDocumentParser
{
    /// <summary>The media type that it reads, such as <c>text/markdown</c>.</summary>
    string MediaType { get; }

    /// <summary>Reads a document.</summary>
    /// <param name="source">The decoded and cleaned source.</param>
    /// <param name="builder">Takes headings and paragraphs in reading order.</param>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">The source is nested too deeply or expands beyond the limit.</exception>
    void Parse(string source, DocumentTextBuilder builder);
}
