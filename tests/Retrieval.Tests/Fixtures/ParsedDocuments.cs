using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Parsing.Code;
using Millrace.Retrieval.Parsing.Csv;
using Millrace.Retrieval.Parsing.Json;
using Millrace.Retrieval.Parsing.Pdf;
using Millrace.Retrieval.Parsing.Word;
using Millrace.Retrieval.Parsing.Xml;

namespace Millrace.Retrieval.Tests.Fixtures;

internal static class ParsedDocuments
{
    private static readonly DocumentParsers Default = With(new ParsingOptions());

    /// <summary>All parsers, with other limits.</summary>
    public static DocumentParsers With(ParsingOptions limits) => new(
        [
            new MarkdownParser(), new HtmlParser(), new PlainTextParser(), new CsvParser(), new JsonDocumentParser(), new XmlParser(),
            new DocxParser(), new PdfParser(), new SourceCodeParser(),
        ],
        Options.Create(limits));

    public static ParsedDocument Markdown(string source) => Parse(MediaTypes.Markdown, source);

    public static ParsedDocument Html(string source) => Parse(MediaTypes.Html, source);

    public static ParsedDocument PlainText(string source) => Parse(MediaTypes.PlainText, source);

    public static ParsedDocument Parse(string mediaType, byte[] content) => Default.Parse(mediaType, content, "the-id");

    public static ParsedDocument Parse(string mediaType, string source) => Parse(mediaType, Encoding.UTF8.GetBytes(source));

    public static ParsedDocument Parse(this DocumentParsers parsers, string mediaType, string source) =>
        parsers.Parse(mediaType, Encoding.UTF8.GetBytes(source), "the-id");

    public static string TextOf(this ParsedDocument document, Section section) => document.Text.Substring(section.Start, section.Length);

    public static string BodyUnder(this ParsedDocument document, params string[] breadcrumb) =>
        document.TextOf(Assert.Single(document.Sections, section => section.Breadcrumb.SequenceEqual(breadcrumb)));

    /// <summary>What holds of every parsed document, whatever it was made of.</summary>
    public static void AssertValid(this ParsedDocument document)
    {
        Assert.NotEmpty(document.Title);
        AssertClean(document.Text);
        var end = 0;
        foreach (var section in document.Sections)
        {
            Assert.InRange(section.Start, end, document.Text.Length);
            Assert.InRange(section.Length, 1, document.Text.Length - section.Start);
            end = section.Start + section.Length;
            Assert.False(char.IsLowSurrogate(document.Text[section.Start]), "a section begins inside of a character");
            Assert.False(char.IsHighSurrogate(document.Text[end - 1]), "a section ends inside of a character");
            Assert.False(char.IsWhiteSpace(document.Text[section.Start]) || char.IsWhiteSpace(document.Text[end - 1]), "blank at an end");
            Assert.DoesNotContain(section.Breadcrumb, string.IsNullOrWhiteSpace);
        }
    }

    /// <summary>Every word is in a section or above one.</summary>
    public static void AssertHasWords(this ParsedDocument document, IEnumerable<string> words)
    {
        var findable = document.Sections
            .SelectMany(section => section.Breadcrumb.Append(document.TextOf(section)))
            .SelectMany(text => Regex.Matches(text, @"\w+").Select(match => match.Value))
            .ToHashSet(StringComparer.Ordinal);
        Assert.All(words, word => Assert.Contains(word, findable));
    }

    private static void AssertClean(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            Assert.False(char.IsControl(text[i]) && text[i] is not ('\n' or '\t'), $"control character U+{(int)text[i]:X4}");
            if (char.IsHighSurrogate(text[i])) Assert.True(i + 1 < text.Length && char.IsLowSurrogate(text[++i]), "half a character");
            else Assert.False(char.IsLowSurrogate(text[i]), "half a character");
        }
    }
}
