using System.Text;
using Millrace.Retrieval.Parsing;

namespace Millrace.Retrieval.Tests.Fixtures;

internal static class ParsedDocuments
{
    private static readonly DocumentParsers Parsers = new([new MarkdownParser(), new HtmlParser(), new PlainTextParser()]);

    public static ParsedDocument Markdown(string source) => Parse(MediaTypes.Markdown, source);

    public static ParsedDocument Html(string source) => Parse(MediaTypes.Html, source);

    public static ParsedDocument PlainText(string source) => Parse(MediaTypes.PlainText, source);

    public static ParsedDocument Parse(string mediaType, byte[] content) => Parsers.Parse(mediaType, content, "the-id");

    public static string TextOf(this ParsedDocument document, Section section) => document.Text.Substring(section.Start, section.Length);

    public static string BodyUnder(this ParsedDocument document, params string[] breadcrumb) =>
        document.TextOf(Assert.Single(document.Sections, section => section.Breadcrumb.SequenceEqual(breadcrumb)));

    private static ParsedDocument Parse(string mediaType, string source) => Parse(mediaType, Encoding.UTF8.GetBytes(source));
}
