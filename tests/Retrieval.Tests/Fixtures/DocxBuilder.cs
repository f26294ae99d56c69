using System.IO.Compression;
using System.Text;

namespace Millrace.Retrieval.Tests.Fixtures;

/// <summary>Word files, made of their XML.</summary>
internal sealed class DocxBuilder
{
    private const string Word = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" "
        + "xmlns:m=\"http://schemas.openxmlformats.org/officeDocument/2006/math\" "
        + "xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" "
        + "xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\"";

    private readonly Dictionary<string, byte[]> _entries = [];

    /// <summary>A file with a body.</summary>
    public static byte[] Document(string body) => new DocxBuilder().Body(body).Build();

    /// <summary>A paragraph.</summary>
    public static string P(string text, string style = "") =>
        $"<w:p>{(style.Length == 0 ? "" : $"<w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>")}"
        + $"<w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>";

    /// <summary>A table; its first row is marked as the header.</summary>
    public static string Table(params string[][] rows) =>
        "<w:tbl><w:tblPr/>" + string.Concat(rows.Select((row, i) =>
            $"<w:tr>{(i == 0 ? "<w:trPr><w:tblHeader/></w:trPr>" : "")}"
            + $"{string.Concat(row.Select(cell => $"<w:tc>{P(cell)}</w:tc>"))}</w:tr>"))
        + "</w:tbl>";

    public DocxBuilder Body(string body) => Part("word/document.xml", $"<w:document {Word}><w:body>{body}</w:body></w:document>");

    public DocxBuilder Styles(string styles) => Part("word/styles.xml", $"<w:styles {Word}>{styles}</w:styles>");

    public DocxBuilder Numbering(string numbering) => Part("word/numbering.xml", $"<w:numbering {Word}>{numbering}</w:numbering>");

    public DocxBuilder Footnotes(string notes) => Part("word/footnotes.xml", $"<w:footnotes {Word}>{notes}</w:footnotes>");

    public DocxBuilder Part(string name, string xml) => Part(name, Encoding.UTF8.GetBytes("<?xml version=\"1.0\"?>" + xml));

    public DocxBuilder Part(string name, byte[] content)
    {
        _entries[name] = content;
        return this;
    }

    public byte[] Build()
    {
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in _entries)
            {
                using var entry = archive.CreateEntry(name, CompressionLevel.Fastest).Open();
                entry.Write(content);
            }
        }

        return file.ToArray();
    }
}
