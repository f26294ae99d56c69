using AngleSharpParser = AngleSharp.Html.Parser.HtmlParser;

namespace Millrace.Retrieval.Parsing;

/// <summary>HTML: what a reader of the page would read, without scripts, styles and the page's furniture.</summary>
internal sealed class HtmlParser : IDocumentParser
{
    /// <inheritdoc/>
    public string MediaType => MediaTypes.Html;

    /// <inheritdoc/>
    public void Parse(string source, DocumentTextBuilder builder)
    {
        using var document = new AngleSharpParser().ParseDocument(source);
        builder.SuggestTitle(document.Title ?? "");
        if (document.Body is { } body) new HtmlWalk(builder).Page(body);
    }
}
