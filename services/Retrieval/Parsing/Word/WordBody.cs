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
        || (reader.IsWord() && reader.LocalName is "del" or "moveFrom" or "pPrChange" or "rPrChange" or "tblPrChange" or "instrText");

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
            case "tbl" when !reader.IsEmptyElement: _tables.Push(new WordTable()); break;
            case "tr" when _tables.TryPeek(out var table): table.BeginRow(); break;
            case "tc" when _tables.TryPeek(out var table): table.BeginCell(builder); break;
            case "tblHeader" when _tables.TryPeek(out var table) && reader.IsOn(): table.MarkHeader(); break;
            case "gridSpan" when _tables.TryPeek(out var table): table.Span(reader.Number() ?? 1); break;
            default: BeginInline(reader); break;
        }
    }

    private void BeginInline(XmlReader reader)
    {
        if (!_paragraphs.TryPeek(out var paragraph)) return;
        switch (reader.LocalName)
        {
            case "pStyle": paragraph.Level ??= parts.Styles.LevelOf(reader.Attribute("val")); break;
            case "outlineLvl": paragraph.Level ??= WordStyles.LevelOfOutline(reader.Number()); break;
            case "ilvl": paragraph.ListLevel = reader.Number() ?? 0; break;
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
        else if (name == "tbl" && _tables.TryPop(out var ended)) ended.Write(Target);
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
        var isBlank = string.IsNullOrWhiteSpace(text);
        if (paragraph.Level is { } level && !isBlank && Target == builder) builder.AddHeading(level, text);
        else if (paragraph.ListNumber is > 0 and { } number && !isBlank)
            Target.AddLine(parts.Numbering.NextMark(number, paragraph.ListLevel) + text.Trim());
        else Target.AddParagraph(text);
        foreach (var note in paragraph.Notes) Target.AddParagraph(note);
    }
}

/// <summary>A paragraph while it is read.</summary>
internal sealed class WordParagraph
{
    /// <summary>Its text.</summary>
    public StringBuilder Text { get; } = new();

    /// <summary>Notes that it refers to, each with its mark.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Level of a heading; null for any other paragraph.</summary>
    public int? Level { get; set; }

    /// <summary>The numbering of a list item; null or 0 for any other paragraph.</summary>
    public int? ListNumber { get; set; }

    /// <summary>How deep the list item is, from 0.</summary>
    public int ListLevel { get; set; }

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
