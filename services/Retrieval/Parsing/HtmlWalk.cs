using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace Millrace.Retrieval.Parsing;

/// <summary>One walk over the elements of a page. Inline text runs together until a block begins or ends.</summary>
/// <param name="builder">Takes what is read.</param>
/// <param name="furniture">Says what is left out.</param>
/// <param name="level">How many cells and headings the walk is inside of.</param>
internal sealed class HtmlWalk(DocumentTextBuilder builder, HtmlFurniture furniture, int level = 0)
{
    private static readonly FrozenSet<string> Inlines = FrozenSet.ToFrozenSet(
    [
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img", "input", "ins",
        "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u",
        "var", "wbr",
    ]);

    // What the standard allows.
    private const int ColumnSpanMax = 1_000;
    private const int RowSpanMax = 65_534;

    // The text of a table goes through each table around it; the cells of deeper ones are paragraphs.
    private const int TableLevelsMax = 3;

    private readonly StringBuilder _run = new();
    private readonly Dictionary<IHtmlOrderedListElement, int> _nextNumbers = [];
    private bool _runIsLine;

    /// <summary>Reads a page.</summary>
    public void Page(IElement body)
    {
        Children(body, depth: 0);
        Flush();
    }

    // A node finds its next sibling by looking through all of them; the list knows.
    private void Children(INode parent, int depth)
    {
        builder.Budget.RequireDepth(depth);
        foreach (var node in parent.ChildNodes)
        {
            if (node is IElement element) Element(element, depth);
            else if (node is IText text) Whitespace.AppendCollapsed(_run, text.Data);
        }
    }

    private void Element(IElement element, int depth)
    {
        var name = element.LocalName;
        if (furniture.LeavesOut(element)) return;
        if (name == "br") _run.Append('\n');
        else if (name == "img") Image(element);
        else if (Inlines.Contains(name)) Children(element, depth + 1);
        else Block(element, depth);
    }

    private void Image(IElement image)
    {
        if (image.GetAttribute("alt") is { Length: > 0 } alt) Whitespace.AppendCollapsed(_run, $" {alt} ");
    }

    private void Block(IElement element, int depth)
    {
        Flush();
        if (element is IHtmlHeadingElement && level == 0) builder.AddHeading(element.LocalName[1] - '0', Detached(element, depth));
        else if (element is IHtmlPreElement) builder.AddVerbatim(Raw(element));
        else if (element is IHtmlTableElement table && level <= TableLevelsMax) Table(table, depth);
        else if (element.LocalName is "li" or "dt" or "dd") Item(element, depth);
        else Children(element, depth + 1);
        Flush();
    }

    private void Item(IElement item, int depth)
    {
        _runIsLine = true;
        if (item.ParentElement is IHtmlOrderedListElement list)
            _run.Append(string.Create(CultureInfo.InvariantCulture, $"{NextNumber(list)}. "));
        Children(item, depth + 1);
    }

    private int NextNumber(IHtmlOrderedListElement list)
    {
        var number = _nextNumbers.TryGetValue(list, out var next) ? next : list.Start;
        _nextNumbers[list] = number + 1;
        return number;
    }

    private void Table(IHtmlTableElement table, int depth)
    {
        var rows = new TableRows(builder);
        TableParts(table, rows, depth);
        rows.End();
    }

    // A broken table has children that none should have; they are read as what they are.
    private void TableParts(IElement parent, TableRows rows, int depth)
    {
        builder.Budget.RequireDepth(depth);
        foreach (var node in parent.ChildNodes)
        {
            if (node is IText text) Whitespace.AppendCollapsed(_run, text.Data);
            if (node is not IElement element || furniture.LeavesOut(element)) continue;
            Flush();
            if (element is IHtmlTableRowElement row) TableRow(row, rows, depth + 1);
            else if (element is IHtmlTableSectionElement section) TableSection(section, rows, depth + 1);
            else Element(element, depth + 1);
            Flush();
        }
    }

    private void TableSection(IElement section, TableRows rows, int depth)
    {
        rows.EndGroup();
        TableParts(section, rows, depth);
        rows.EndGroup();
    }

    private void TableRow(IElement row, TableRows rows, int depth)
    {
        var nodes = row.ChildNodes.Where(node => node is IElement element ? !furniture.LeavesOut(element) : IsText(node));
        var cells = nodes.Select(node => Cell(node, depth)).ToList();
        rows.Add(cells, row.ParentElement?.LocalName == "thead" || IsHeader(cells));
    }

    // The corner above a column of names is often an empty cell of another kind.
    private static bool IsHeader(List<GridCell> cells) =>
        cells is [.., { IsHeader: true }] && cells.Skip(cells[0].Text.Length == 0 ? 1 : 0).All(cell => cell.IsHeader);

    // A cell with a row span of 0 goes down to the end of its group.
    private GridCell Cell(INode node, int depth)
    {
        if (node is not IElement element) return new GridCell(Whitespace.Collapse(node.TextContent));
        var text = Whitespace.Collapse(Detached(element, depth + 1));
        if (node is not IHtmlTableCellElement cell) return new GridCell(text);
        var rows = cell.RowSpan == 0 ? RowSpanMax : Math.Clamp(cell.RowSpan, 1, RowSpanMax);
        return new GridCell(text, Math.Clamp(cell.ColumnSpan, 1, ColumnSpanMax), rows) { IsHeader = node is IHtmlTableHeaderCellElement };
    }

    private static bool IsText(INode node) => node is IText text && !string.IsNullOrWhiteSpace(text.Data);

    // The text of an element whose blocks do not count as blocks: a heading, or a cell.
    private string Detached(IElement element, int depth)
    {
        var inner = builder.Detached();
        var walk = new HtmlWalk(inner, furniture, level + 1);
        walk.Children(element, depth + 1);
        walk.Flush();
        return inner.BuildText();
    }

    private static string Raw(INode element)
    {
        var raw = new StringBuilder();
        foreach (var text in element.Descendants<IText>()) raw.Append(text.Data);
        return raw.ToString();
    }

    private void Flush()
    {
        if (_runIsLine) builder.AddLine(_run.ToString());
        else builder.AddParagraph(_run.ToString());
        _run.Clear();
        _runIsLine = false;
    }
}
