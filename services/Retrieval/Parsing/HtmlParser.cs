using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using AngleSharpParser = AngleSharp.Html.Parser.HtmlParser;

namespace Millrace.Retrieval.Parsing;

/// <summary>HTML: what a reader of the page would read, without scripts, styles and the page's furniture.</summary>
internal sealed class HtmlParser : IDocumentParser
{
    /// <inheritdoc/>
    public IReadOnlyCollection<string> MediaTypes => [Parsing.MediaTypes.Html];

    /// <inheritdoc/>
    public void Parse(DocumentSource source, DocumentTextBuilder builder)
    {
        using var document = Read(source.Text(), builder.Budget);
        builder.SuggestTitle(document.Title ?? "");
        Add(document, builder);
    }

    /// <summary>Reads a piece of HTML that stands in a document of another format.</summary>
    public static void Fragment(string html, DocumentTextBuilder builder)
    {
        using var document = Read(html, builder.Budget);
        Add(document, builder);
    }

    private static void Add(IHtmlDocument document, DocumentTextBuilder builder)
    {
        if (document.Body is { } body) new HtmlWalk(builder, HtmlFurniture.Of(body, builder.Budget)).Page(body);
    }

    // Below the deepest level the library adds elements beside each other, as browsers do: nothing is lost, and what it does at each
    // element stays bounded.
    private static IHtmlDocument Read(string html, ParsingBudget budget)
    {
        HtmlTags.RequireReadable(html, budget);
        var options = new HtmlParserOptions
        {
            MaximumDepth = budget.Limits.NestingMax,
            OnCreated = (_, _) => budget.TakeElement(),
        };
        return new AngleSharpParser(options).ParseDocument(html);
    }
}
