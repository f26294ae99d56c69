using System.Text;
using System.Xml;

namespace Millrace.Retrieval.Parsing.Word;

/// <summary>
/// One pass over the body of a Word document, or over its notes. Nothing is recursive: paragraphs (a text box stands inside of one) and
/// tables (a table stands inside of a cell) are on stacks of their own.
/// </summary>
/// <param name="builder">Takes what is read.</param>
/// <param name="parts">What the body refers to.</param>
internal sealed class WordBody(DocumentTextBuilder builder, WordParts parts)
{
    private const int ReadChars = 4096;
    private readonly char[] _buffer = new char[ReadChars];
    private readonly Stack<WordParagraph> _paragraphs = [];
    private readonly Stack<WordTable> _tables = [];

    private DocumentTextBuilder Target => _tables.TryPeek(out var table) && table.Cell is { } cell ? cell : builder;

    /// <summary>Reads all there is.</summary>
    public void Read(XmlReader reader)
    {
        while (!reader.EOF)
        {
            builder.Budget.RequireDepth(reader.Depth);
            if (reader.NodeType == XmlNodeType.Element && IsSkipped(reader))
            {
                reader.Skip();
                continue;
            }

            if (reader.NodeType == XmlNodeType.Element) Begin(reader);
            else if (reader.NodeType == XmlNodeType.EndElement && reader.IsWord()) End(reader.LocalName);
            reader.Read();
        }

        while (_paragraphs.Count > 0) End("p");
    }

    // Tracked deletions, the place that moved text left, what a reader without drawings would show a second time, and the properties that
    // tracked changes had before.
    private static bool IsSkipped(XmlReader reader) =>
        reader.LocalName is "Fallback"
        || (reader.IsWord() && reader.LocalName is "del" or "moveFrom" or "pPrChange" or "rPrChange" or "tblPrChange" or "trPrChange"
            or "tcPrChange" or "instrText");

    private void Begin(XmlReader reader)
    {
        if (reader.LocalName == "t" && (reader.IsWord() || reader.IsMath())) AppendText(reader);
        else if (reader.LocalName == "docPr") AppendAlternative(reader.Attribute("descr"));
        else if (reader.IsWord()) BeginWord(reader);
    }

    private void BeginWord(XmlReader reader)
    {
        switch (reader.LocalName)
        {
            case "p" when !reader.IsEmptyElement: _paragraphs.Push(new WordParagraph()); break;
            case "tbl" when !reader.IsEmptyElement: _tables.Push(new WordTable(Target)); break;
            default:
                if (!_tables.TryPeek(out var table) || !BeginTablePart(reader, table)) BeginInline(reader);
                break;
        }
    }

    private static bool BeginTablePart(XmlReader reader, WordTable table)
    {
        switch (reader.LocalName)
        {
            case "tc": table.BeginCell(); break;
            case "tblHeader": if (reader.IsOn()) table.MarkHeader(); break;
            case "gridBefore": table.Skip(reader.Number() ?? 0); break;
            case "gridSpan": table.Span(reader.Number() ?? 1); break;
            case "vMerge": if (reader.Attribute("val") != "restart") table.Continue(); break;
            default: return false;
        }

        if (reader is { LocalName: "tc", IsEmptyElement: true }) table.EndCell();
        return true;
    }

    private void BeginInline(XmlReader reader)
    {
        if (!_paragraphs.TryPeek(out var paragraph)) return;
        switch (reader.LocalName)
        {
            case "pStyle": paragraph.StyleId = reader.Attribute("val"); break;
            case "outlineLvl": paragraph.OutlineLevel = reader.Number(); break;
            case "ilvl": paragraph.ListLevel = reader.Number(); break;
            case "numId": paragraph.ListNumber = reader.Number(); break;
            case "r": paragraph.IsHidden = false; break;
            case "vanish": paragraph.IsHidden = reader.IsOn(); break;
            case "tab" or "ptab": paragraph.Text.Append(' '); break;
            case "br" or "cr": paragraph.Text.Append('\n'); break;
            case "noBreakHyphen": paragraph.Text.Append('-'); break;
            case "footnoteReference": paragraph.Note(parts.Footnotes, reader.Attribute("id")); break;
            case "endnoteReference": paragraph.Note(parts.Endnotes, reader.Attribute("id")); break;
        }
    }

    private void End(string name)
    {
        if (name == "p" && _paragraphs.TryPop(out var paragraph)) Write(paragraph);
        else if (name == "tc" && _tables.TryPeek(out var table)) table.EndCell();
        else if (name == "tr" && _tables.TryPeek(out var withRow)) withRow.EndRow();
        else if (name == "tbl" && _tables.TryPop(out var ended)) ended.End();
    }

    private void AppendText(XmlReader reader)
    {
        if (reader.IsEmptyElement || !_paragraphs.TryPeek(out var paragraph)) return;
        var depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
            if (!reader.NodeType.IsCharacters()) continue;
            for (int read; (read = reader.ReadValueChunk(_buffer, 0, ReadChars)) > 0;)
            {
                builder.Budget.RequireTextChars(paragraph.Text.Length + read);
                if (!paragraph.IsHidden) paragraph.Text.Append(_buffer, 0, read);
            }
        }
    }

    private void AppendAlternative(string description)
    {
        if (_paragraphs.TryPeek(out var paragraph) && !string.IsNullOrWhiteSpace(description)) paragraph.Text.Append($" {description} ");
    }

    private void Write(WordParagraph paragraph)
    {
        var text = paragraph.Text.ToString();
        if (!string.IsNullOrWhiteSpace(text))
        {
            var level = WordStyles.LevelOfOutline(paragraph.OutlineLevel) ?? parts.Styles.LevelOf(paragraph.StyleId);
            var mark = MarkOf(paragraph);
            if (level is { } heading && Target == builder) builder.AddHeading(heading, mark + text);
            else if (mark is not null) Target.AddLine(mark + text.Trim());
            else Target.AddParagraph(text);
        }

        foreach (var note in paragraph.Notes) Target.AddParagraph(note);
    }

    // What the paragraph says of its list goes before what its style says; a numbering of 0 takes it out of any list.
    private string? MarkOf(WordParagraph paragraph)
    {
        var (number, level, styleId) = parts.Styles.ListOf(paragraph.StyleId);
        number = paragraph.ListNumber ?? number;
        if (number is not > 0) return null;
        level = paragraph.ListLevel ?? level ?? parts.Numbering.LevelOfStyle(number.Value, styleId);
        return parts.Numbering.NextMark(number.Value, level.Value, parts.Styles);
    }
}

/// <summary>A paragraph while it is read.</summary>
internal sealed class WordParagraph
{
    /// <summary>Its text.</summary>
    public StringBuilder Text { get; } = new();

    /// <summary>Notes that it refers to, each with its mark.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Its style.</summary>
    public string StyleId { get; set; } = "";

    /// <summary>The outline level that it has by itself, from 0; null when it says none.</summary>
    public int? OutlineLevel { get; set; }

    /// <summary>The numbering that it has by itself; 0 for none, null when it says nothing.</summary>
    public int? ListNumber { get; set; }

    /// <summary>How deep the list item is, from 0; null when it does not say so.</summary>
    public int? ListLevel { get; set; }

    /// <summary>Whether the run that is being read is hidden.</summary>
    public bool IsHidden { get; set; }

    /// <summary>Refers to a note: its mark goes into the text, the note itself below the paragraph.</summary>
    public void Note(IReadOnlyDictionary<string, string> notes, string id)
    {
        if (!notes.TryGetValue(id, out var note)) return;
        Text.Append($"[{id}]");
        Notes.Add($"[{id}] {note}");
    }
}
