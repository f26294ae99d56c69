namespace Millrace.Retrieval.Parsing.Code;

/// <summary>
/// Source code: the whole file as it is, comments included, in sections of one type, function or method each; the breadcrumb has the names
/// that enclose it. Short declarations stay with what surrounds them.
/// </summary>
internal sealed class SourceCodeParser : IDocumentParser
{
    /// <inheritdoc/>
    public IReadOnlyCollection<string> MediaTypes => [.. SourceLanguages.All.Select(language => language.Type.Name)];

    /// <inheritdoc/>
    public void Parse(DocumentSource source, DocumentTextBuilder builder)
    {
        var language = SourceLanguages.All.Single(language => language.Type.Name == source.MediaType);
        var lines = new SourceLines(language, source.Budget).Read(source.Lines());
        new SourceSections(language, lines, builder).Add();
    }
}
