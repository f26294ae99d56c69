using System.Xml;
using Millrace.Retrieval.Parsing.Xml;

namespace Millrace.Retrieval.Parsing.Word;

/// <summary>What the body of a Word document refers to, each in a file of its own inside the container.</summary>
internal sealed class WordParts
{
    /// <summary>Paragraph styles.</summary>
    public WordStyles Styles { get; } = new();

    /// <summary>List numberings.</summary>
    public WordNumbering Numbering { get; } = new();

    /// <summary>Footnotes by id.</summary>
    public Dictionary<string, string> Footnotes { get; } = new(StringComparer.Ordinal);

    /// <summary>Endnotes by id.</summary>
    public Dictionary<string, string> Endnotes { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads them.</summary>
    /// <param name="container">The container.</param>
    /// <param name="folder">Folder of the body, such as <c>word/</c>.</param>
    /// <param name="budget">What the document may take.</param>
    public static WordParts Read(ZipContainer container, string folder, ParsingBudget budget)
    {
        var parts = new WordParts();
        container.Xml(folder + "styles.xml", budget, reader => parts.Styles.Read(reader, budget));
        container.Xml(folder + "numbering.xml", budget, reader => parts.Numbering.Read(reader, budget));
        container.Xml(folder + "footnotes.xml", budget, reader => parts.ReadNotes(reader, parts.Footnotes, budget));
        container.Xml(folder + "endnotes.xml", budget, reader => parts.ReadNotes(reader, parts.Endnotes, budget));
        return parts;
    }

    private void ReadNotes(XmlReader reader, Dictionary<string, string> notes, ParsingBudget budget)
    {
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element || !reader.IsWord() || reader.LocalName is not ("footnote" or "endnote")) continue;
            if (reader.Attribute("type") is "separator" or "continuationSeparator") continue;
            var id = reader.Attribute("id");
            var note = new DocumentTextBuilder(budget);
            using (var inner = reader.ReadSubtree()) new WordBody(note, this).Read(inner);
            notes.TryAdd(id, Whitespace.Collapse(note.BuildText()));
        }
    }
}

/// <summary>XML files of a container.</summary>
internal static class ZipXml
{
    /// <summary>Reads an XML file, if there is one of the name.</summary>
    /// <returns>Whether there is one.</returns>
    public static bool Xml(this ZipContainer container, string name, ParsingBudget budget, Action<XmlReader> read) => container.Read(
        name,
        stream =>
        {
            using var reader = XmlReader.Create(stream, SafeXml.Settings(budget));
            SafeXml.Guard($"The file's part {name}", () => read(reader));
        });
}
