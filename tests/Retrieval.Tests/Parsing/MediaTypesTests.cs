using System.Text;
using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Parsing;

public sealed class MediaTypesTests
{
    [Theory]
    [InlineData("", "a/b.MD", MediaTypes.Markdown)]
    [InlineData("", "page.htm", MediaTypes.Html)]
    [InlineData("", "notes.txt", MediaTypes.PlainText)]
    [InlineData("", "REPORT.PDF", MediaTypes.Pdf)]
    [InlineData("application/octet-stream", "a/table.csv", MediaTypes.Csv)]
    [InlineData("application/x-ndjson", "", MediaTypes.JsonLines)]
    [InlineData("text/xml", "", MediaTypes.Xml)]
    [InlineData("", "src/Program.cs", "text/x-csharp")]
    [InlineData("application/javascript", "", "text/javascript")]
    [InlineData("text/plain; charset=utf-16", "", MediaTypes.PlainText)]
    [InlineData("Text/HTML; Charset=\"UTF-8\"", "a.md", MediaTypes.Html)]
    public void Resolve_Known_IsNormalised(string declared, string fileName, string expected)
    {
        Assert.Equal(expected, MediaTypes.Resolve(declared, fileName));
    }

    [Theory]
    [InlineData("image/png", "a.md")]
    [InlineData("", "a.png")]
    [InlineData("application/octet-stream", "a.bin")]
    [InlineData("", "README")]
    [InlineData("text/html; charset=iso-8859-1", "")]
    public void Resolve_Unknown_IsRefusedWithRemedy(string declared, string fileName)
    {
        var error = Assert.Throws<MillraceException>(() => MediaTypes.Resolve(declared, fileName));

        Assert.Equal(Reason.UnsupportedMediaType, error.Reason);
        Assert.Equal("media_type", error.Param);
    }

    [Fact]
    public void Resolve_Unknown_SaysWhatCanBeRead()
    {
        var error = Assert.Throws<MillraceException>(() => MediaTypes.Resolve("image/png", ""));

        foreach (var extension in new[] { ".md", ".html", ".txt", ".csv", ".jsonl", ".docx", ".pdf", ".py" })
            Assert.Contains(extension, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_Always_AreReadByOneParserEach()
    {
        Assert.All(MediaTypes.All, type => Assert.Equal(type.Name, MediaTypes.Require(type.Name).Name));
        Assert.All(
            MediaTypes.All.Where(type => type.Signature.Length == 0),
            type => ParsedDocuments.Parse(type.Name, "").AssertValid());
    }

    [Theory]
    [InlineData(MediaTypes.Pdf, "%PDF-1.7 ...", true)]
    [InlineData(MediaTypes.Pdf, "\n\n%PDF-1.7 ...", true)]
    [InlineData(MediaTypes.Pdf, "PDF", false)]
    [InlineData(MediaTypes.Docx, "PK\u0003\u0004...", true)]
    [InlineData(MediaTypes.Docx, "", false)]
    [InlineData(MediaTypes.Csv, "a,b", true)]
    public void RequireReadable_Signature_DecidesForBinaryFormats(string mediaType, string content, bool isReadable)
    {
        var error = Record.Exception(() => DocumentRules.RequireReadable(mediaType, Encoding.UTF8.GetBytes(content)));

        if (isReadable) Assert.Null(error);
        else Assert.Equal(Reason.InvalidArgument, Assert.IsType<MillraceException>(error).Reason);
    }

    [Theory]
    [InlineData("{\\rtf1 Hello}", "RTF")]
    [InlineData("%PDF-1.4", "PDF")]
    [InlineData("\u00D0\u00CF\u0011\u00E0old", "password")]
    [InlineData("hello", "media type")]
    public void RequireReadable_AnotherFormatNamedDocx_SaysWhatItIs(string content, string expected)
    {
        var bytes = Encoding.Latin1.GetBytes(content);

        var error = Assert.Throws<MillraceException>(() => DocumentRules.RequireReadable(MediaTypes.Docx, bytes));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RequireReadable_TextOfAnotherEncoding_IsRefused() =>
        Assert.Throws<MillraceException>(() => DocumentRules.RequireReadable(MediaTypes.Json, [0x61, 0xE9, 0x62]));
}
