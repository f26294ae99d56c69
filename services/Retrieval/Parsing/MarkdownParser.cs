using Markdig;
using Markdig.Syntax;

namespace Millrace.Retrieval.Parsing;

/// <summary>Markdown: headings become the breadcrumb, list items and table rows lines, code is kept as it is.</summary>
internal sealed class MarkdownParser : IDocumentParser
{
    // The library refuses deeper blocks itself, which is what keeps its own recursion short.
    private const int LibraryNestingMax = 128;

    private const int ColumnsMax = 2_000;
    private const int DefinitionsMax = 5_000;

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder { MaximumNestingDepth = LibraryNestingMax }
        .UseYamlFrontMatter().UsePipeTables().UseGridTables().UseEmphasisExtras().UseTaskLists().UseDefinitionLists()
        .Use<MarkdownDeadline>().Build();

    /// <inheritdoc/>
    public IReadOnlyCollection<string> MediaTypes => [Parsing.MediaTypes.Markdown];

    /// <inheritdoc/>
    public void Parse(DocumentSource source, DocumentTextBuilder builder) =>
        new MarkdownWalk(builder).Blocks(ParseBlocks(source.Lines(), source.Budget), depth: 0);

    private static MarkdownDocument ParseBlocks(string source, ParsingBudget budget)
    {
        RequireModest(source);
        try
        {
            return Markdown.Parse(source, Pipeline, MarkdownDeadline.Context(budget.Stop));
        }
        catch (ArgumentException error)
        {
            // The only argument is the text, and the parser says so when it is nested beyond its own limit.
            throw ParsingErrors.TooDeep(LibraryNestingMax, error);
        }
    }

    // The library compares the columns of a row with each other, and moves all lines of a paragraph up for each definition of a link.
    private static void RequireModest(string source)
    {
        var definitions = 0;
        foreach (var line in source.AsSpan().EnumerateLines())
        {
            definitions = line.TrimStart() is ['[', ..] ? definitions + 1 : 0;
            if (definitions > DefinitionsMax)
                throw ParsingErrors.Damaged(
                    $"The document has more than {DefinitionsMax} lines in a row that begin with a bracket. Put blank lines between them.");
            if (line.Count('|') > ColumnsMax)
                throw ParsingErrors.Damaged(
                    $"The document has a table of more than {ColumnsMax} columns. Upload it as {Parsing.MediaTypes.Csv}.");
        }
    }
}
