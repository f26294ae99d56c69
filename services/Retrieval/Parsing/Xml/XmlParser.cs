using System.Text;
using System.Xml;

namespace Millrace.Retrieval.Parsing.Xml;

/// <summary>
/// XML without a schema: an element with nothing but text becomes a line <c>name: text</c>, attributes become <c>name.attribute: text</c>,
/// text between elements a paragraph. Document type definitions are refused: entities can expand without end.
/// </summary>
internal sealed class XmlParser : IDocumentParser
{
    /// <inheritdoc/>
    public IReadOnlyCollection<string> MediaTypes => [Parsing.MediaTypes.Xml];

    /// <inheritdoc/>
    public void Parse(DocumentSource source, DocumentTextBuilder builder)
    {
        var text = source.Text();
        if (string.IsNullOrWhiteSpace(text)) return;
        HtmlTags.RequireFewAttributes(text, source.Budget);
        using var reader = XmlReader.Create(new StringReader(text), SafeXml.Settings(source.Budget));
        SafeXml.Guard("The document", () => Walk(reader, builder));
    }

    private static void Walk(XmlReader reader, DocumentTextBuilder builder)
    {
        var text = new StringBuilder();
        var name = "";
        while (reader.Read())
        {
            builder.Budget.RequireDepth(reader.Depth);
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    Flush(text, "", builder);
                    name = reader.LocalName;
                    Attributes(reader, builder);
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    text.Append(reader.Value);
                    break;
                case XmlNodeType.EndElement:
                    Flush(text, name == reader.LocalName ? name : "", builder);
                    name = "";
                    break;
            }
        }
    }

    private static void Attributes(XmlReader reader, DocumentTextBuilder builder)
    {
        var element = reader.LocalName;
        builder.Budget.TakeElement();
        while (reader.MoveToNextAttribute())
            if (reader.Prefix != "xmlns" && reader.Name != "xmlns" && !string.IsNullOrWhiteSpace(reader.Value))
                builder.AddLine($"{element}.{reader.LocalName}: {Whitespace.Collapse(reader.Value)}");
    }

    private static void Flush(StringBuilder text, string name, DocumentTextBuilder builder)
    {
        var words = Whitespace.Collapse(text.ToString());
        text.Clear();
        if (words.Length == 0) return;
        if (name.Length > 0) builder.AddLine($"{name}: {words}");
        else builder.AddParagraph(words);
    }
}
