using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Millrace.ServiceDefaults.Errors;
using AngleSharpParser = AngleSharp.Html.Parser.HtmlParser;

namespace Millrace.Retrieval.Parsing;

/// <summary>One walk over the elements of a page. Inline text runs together until a block begins or ends.</summary>
internal sealed class HtmlWalk(DocumentTextBuilder builder)
{
    private static readonly FrozenSet<string> Boilerplate = FrozenSet.ToFrozenSet(
        ["script", "style", "nav", "footer", "aside", "noscript", "template", "iframe", "object", "svg", "canvas",
        "button", "select", "head"]);

    private static readonly FrozenSet<string> BoilerplateRoles = FrozenSet.ToFrozenSet(
        ["navigation", "contentinfo", "complementary", "search"]);

    private static readonly FrozenSet<string> Inlines = FrozenSet.ToFrozenSet(
    [
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img", "input", "ins",
        "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u",
        "var", "wbr",
    ]);

    private readonly StringBuilder _run = new();
    private readonly Dictionary<IHtmlOrderedListElement, int> _nextNumbers = [];
    private bool _runIsLine;

    /// <summary>Reads a page.</summary>
    public void Page(IElement body)
    {
        Children(body, depth: 0);
        Flush();
    }

    /// <summary>Reads a piece of HTML that stands in a document of another format.</summary>
    public void Fragment(string html)
    {
        using var document = new AngleSharpParser().ParseDocument(html);
        if (document.Body is { } body) Page(body);
    }

    private void Children(INode parent, int depth)
    {
        if (depth > DocumentTextBuilder.NestingMax)
            throw MillraceException.InvalidArgument("content", "The page's elements are nested too deeply to be read. Flatten them.");
        for (var node = parent.FirstChild; node is not null; node = node.NextSibling)
        {
            if (node is IElement element) Element(element, depth);
            else if (node is IText text) Whitespace.AppendCollapsed(_run, text.Data);
        }
    }

    private void Element(IElement element, int depth)
    {
        var name = element.LocalName;
        if (IsBoilerplate(element)) return;
        if (name == "br") _run.Append('\n');
        else if (Inlines.Contains(name)) Children(element, depth + 1);
        else Block(element, depth);
    }

    private void Block(IElement element, int depth)
    {
        Flush();
        if (element is IHtmlHeadingElement) builder.AddHeading(element.LocalName[1] - '0', Detached(element, depth));
        else if (element is IHtmlPreElement) builder.AddParagraph(Raw(element));
        else if (element is IHtmlTableElement table) Table(table, depth);
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
        List<string> columns = [];
        foreach (var row in table.Rows)
        {
            var cells = row.Cells.Select(cell => Whitespace.Collapse(Detached(cell, depth + 3))).ToList();
            if (columns.Count == 0 && row.Cells.All(cell => cell is IHtmlTableHeaderCellElement)) columns = cells;
            else builder.AddLine(TableText.Row(columns, cells));
        }

        if (table.Rows.Length == 1 && columns.Count > 0) builder.AddLine(TableText.Row([], columns));
    }

    // The text of an element whose blocks do not count as blocks: a heading, or a cell.
    private static string Detached(IElement element, int depth)
    {
        var inner = new DocumentTextBuilder();
        var walk = new HtmlWalk(inner);
        walk.Children(element, depth + 1);
        walk.Flush();
        return inner.Build("").Text;
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

    private static bool IsBoilerplate(IElement element) =>
        Boilerplate.Contains(element.LocalName)
        || element.HasAttribute("hidden")
        || element.GetAttribute("aria-hidden") == "true"
        || (element.GetAttribute("role") is { } role && BoilerplateRoles.Contains(role));
}
