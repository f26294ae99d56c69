using System.Globalization;
using Markdig.Extensions.Tables;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;

namespace Millrace.Retrieval.Parsing;

/// <summary>One walk over the blocks of a Markdown document.</summary>
internal sealed class MarkdownWalk(DocumentTextBuilder builder)
{
    private readonly MarkdownInlines _inlines = new(builder.Budget);

    /// <summary>Reads the blocks of a container.</summary>
    public void Blocks(ContainerBlock container, int depth)
    {
        builder.Budget.RequireDepth(depth);
        foreach (var block in container) Add(block, depth);
    }

    private void Add(Block block, int depth)
    {
        switch (block)
        {
            case HeadingBlock heading: builder.AddHeading(heading.Level, _inlines.Text(heading.Inline)); break;
            case Table table: AddTable(table, depth); break;
            case ListBlock list: AddList(list, depth); break;
            case YamlFrontMatterBlock matter: FrontMatter.Read(matter.Lines.ToString().Split('\n'), builder); break;
            case LinkReferenceDefinitionGroup: break;
            case HtmlBlock html: HtmlParser.Fragment(html.Lines.ToString(), builder); break;
            case CodeBlock code: builder.AddVerbatim(code.Lines.ToString()); break;
            case LeafBlock leaf: builder.AddParagraph(_inlines.Text(leaf.Inline)); break;
            case ContainerBlock inner: Blocks(inner, depth + 1); break;
        }
    }

    private void AddList(ListBlock list, int depth)
    {
        builder.Budget.RequireDepth(depth);
        var number = int.TryParse(list.OrderedStart, CultureInfo.InvariantCulture, out var start) ? start : 1;
        foreach (var item in list.OfType<ListItemBlock>())
        {
            var mark = list.IsOrdered ? string.Create(CultureInfo.InvariantCulture, $"{number++}. ") : "";
            AddItem(item, mark, depth);
        }
    }

    private void AddItem(ListItemBlock item, string mark, int depth)
    {
        var first = true;
        foreach (var block in item)
        {
            if (block is ParagraphBlock paragraph) builder.AddLine((first ? mark : "") + _inlines.Text(paragraph.Inline));
            else Add(block, depth + 1);
            first = false;
        }
    }

    private void AddTable(Table table, int depth)
    {
        var rows = new TableRows(builder);
        foreach (var row in table.OfType<TableRow>())
            rows.Add([.. row.OfType<TableCell>().Select(cell => Cell(cell, depth))], row.IsHeader);
        rows.End();
    }

    private GridCell Cell(TableCell cell, int depth)
    {
        var inner = builder.Detached();
        new MarkdownWalk(inner).Blocks(cell, depth + 1);
        return new GridCell(Whitespace.Collapse(inner.BuildText()), cell.ColumnSpan, cell.RowSpan);
    }
}
