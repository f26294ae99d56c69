using System.Globalization;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Parsing;

/// <summary>Markdown: headings become the breadcrumb, list items and table rows lines, code is kept as it is.</summary>
internal sealed class MarkdownParser : IDocumentParser
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UseYamlFrontMatter().UsePipeTables().UseGridTables().UseEmphasisExtras().UseTaskLists().UseDefinitionLists().Build();

    /// <inheritdoc/>
    public string MediaType => MediaTypes.Markdown;

    /// <inheritdoc/>
    public void Parse(string source, DocumentTextBuilder builder) => Walk(ParseBlocks(source), builder, depth: 0);

    private static MarkdownDocument ParseBlocks(string source)
    {
        try
        {
            return Markdown.Parse(source, Pipeline);
        }
        catch (ArgumentException error)
        {
            // The only argument is the text, and the parser says so when it is nested beyond its own limit.
            throw TooDeep(error);
        }
    }

    private static void Walk(ContainerBlock container, DocumentTextBuilder builder, int depth)
    {
        if (depth > DocumentTextBuilder.NestingMax) throw TooDeep(null);
        foreach (var block in container) Add(block, builder, depth);
    }

    private static void Add(Block block, DocumentTextBuilder builder, int depth)
    {
        switch (block)
        {
            case HeadingBlock heading: builder.AddHeading(heading.Level, MarkdownInlines.Text(heading.Inline)); break;
            case Table table: AddTable(table, builder); break;
            case ListBlock list: AddList(list, builder, depth); break;
            case YamlFrontMatterBlock or LinkReferenceDefinitionGroup: break;
            case HtmlBlock html: new HtmlWalk(builder).Fragment(html.Lines.ToString()); break;
            case CodeBlock code: builder.AddParagraph(code.Lines.ToString()); break;
            case LeafBlock leaf: builder.AddParagraph(MarkdownInlines.Text(leaf.Inline)); break;
            case ContainerBlock inner: Walk(inner, builder, depth + 1); break;
        }
    }

    private static void AddList(ListBlock list, DocumentTextBuilder builder, int depth)
    {
        if (depth > DocumentTextBuilder.NestingMax) throw TooDeep(null);
        var number = int.TryParse(list.OrderedStart, CultureInfo.InvariantCulture, out var start) ? start : 1;
        foreach (var item in list.OfType<ListItemBlock>())
        {
            var mark = list.IsOrdered ? string.Create(CultureInfo.InvariantCulture, $"{number++}. ") : "";
            AddItem(item, mark, builder, depth);
        }
    }

    private static void AddItem(ListItemBlock item, string mark, DocumentTextBuilder builder, int depth)
    {
        var first = true;
        foreach (var block in item)
        {
            if (block is ParagraphBlock paragraph) builder.AddLine((first ? mark : "") + MarkdownInlines.Text(paragraph.Inline));
            else Add(block, builder, depth + 1);
            first = false;
        }
    }

    private static void AddTable(Table table, DocumentTextBuilder builder)
    {
        List<string> columns = [];
        foreach (var row in table.OfType<TableRow>())
        {
            var cells = row.OfType<TableCell>().Select(CellText).ToList();
            if (row.IsHeader) columns = cells;
            else builder.AddLine(TableText.Row(columns, cells));
        }

        if (!table.OfType<TableRow>().Any(row => !row.IsHeader)) builder.AddLine(TableText.Row([], columns));
    }

    private static string CellText(TableCell cell) =>
        Whitespace.Collapse(string.Join(' ', cell.OfType<LeafBlock>().Select(block => MarkdownInlines.Text(block.Inline))));

    private static MillraceException TooDeep(Exception? inner) => new(
        Reason.InvalidArgument, "The document is nested too deeply to be read. Flatten its lists and quotes.", inner) { Param = "content" };
}
