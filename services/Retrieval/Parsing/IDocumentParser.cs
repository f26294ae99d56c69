namespace Millrace.Retrieval.Parsing;

/// <summary>Turns documents of one format into sections of plain text.</summary>
internal interface IDocumentParser
{
    /// <summary>The media types that it reads, such as <c>text/markdown</c>.</summary>
    IReadOnlyCollection<string> MediaTypes { get; }

    /// <summary>Reads a document. Runs on a thread of its own and asks the budget at every step that a document can multiply.</summary>
    /// <param name="source">The document.</param>
    /// <param name="builder">Takes headings and paragraphs in reading order.</param>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">The document is damaged, or takes more than allowed.</exception>
    /// <exception cref="OperationCanceledException">The budget's time is over.</exception>
    void Parse(DocumentSource source, DocumentTextBuilder builder);
}
