using System.Xml;

namespace Millrace.Retrieval.Parsing.Word;

/// <summary>Word documents (.docx): what a reader of the final text would read, with headings as the breadcrumb. Page headers, comments and
/// tracked deletions are left out.</summary>
internal sealed class DocxParser : IDocumentParser
{
    private const string UsualBody = "word/document.xml";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> MediaTypes => [Parsing.MediaTypes.Docx];

    /// <inheritdoc/>
    public void Parse(DocumentSource source, DocumentTextBuilder builder)
    {
        using var container = new ZipContainer(source.Content, source.Budget);
        container.Xml("docProps/core.xml", source.Budget, reader => SuggestTitle(reader, builder));
        var body = BodyName(container, source.Budget);
        var parts = WordParts.Read(container, body[..(body.LastIndexOf('/') + 1)], source.Budget);
        if (!container.Xml(body, source.Budget, reader => new WordBody(builder, parts).Read(reader)))
            throw ParsingErrors.Damaged($"The file is no Word document: it has no body. {RemedyFor(container)}");
    }

    private static string RemedyFor(ZipContainer container) => container switch
    {
        _ when container.Has("xl/workbook.xml") => "It is an Excel workbook: save each sheet as .csv.",
        _ when container.Has("ppt/presentation.xml") => "It is a PowerPoint presentation: save it as .pdf.",
        _ when container.Has("content.xml") => "It is an OpenDocument file: save it as .docx.",
        _ => "Save it as .docx again.",
    };

    private static string BodyName(ZipContainer container, ParsingBudget budget)
    {
        var name = UsualBody;
        container.Xml("_rels/.rels", budget, reader =>
        {
            while (reader.Read())
                if (reader.NodeType == XmlNodeType.Element
                    && reader.Attribute("Type").EndsWith("/officeDocument", StringComparison.Ordinal))
                    name = reader.Attribute("Target").TrimStart('/');
        });
        return name;
    }

    private static void SuggestTitle(XmlReader reader, DocumentTextBuilder builder)
    {
        while (reader.Read())
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "title", IsEmptyElement: false } && reader.Read())
                builder.SuggestTitle(reader.Value);
    }
}
