using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Parsing;

public sealed class JsonDocumentParserTests
{
    [Fact]
    public void Objects_Nested_BecomeBreadcrumbs()
    {
        var document = ParsedDocuments.Parse(
            MediaTypes.Json,
            """
            { "name": "millrace", /* note */
              "server": { "port": 80, "tls": { "on": true, "ciphers": ["a", "b"] }, "host": "h" }, "x": null, }
            """);

        Assert.Equal("millrace", document.BodyUnder().Replace("name: ", "", StringComparison.Ordinal));
        Assert.Equal("port: 80\nhost: h", document.BodyUnder("server"));
        Assert.Equal("on: true\nciphers: a, b", document.BodyUnder("server", "tls"));
    }

    [Fact]
    public void Array_OfObjects_IsOneParagraphPerRecord()
    {
        var document = ParsedDocuments.Parse(MediaTypes.Json, """[{"id":1,"at":{"city":"Bern"}},{"id":2,"tags":[{"t":"a"},{"t":"b"}]}]""");

        Assert.Equal("id: 1\nat.city: Bern\n\nid: 2\ntags.t: a\ntags.t: b", document.Text);
    }

    [Fact]
    public void Lines_EachARecord_AreParagraphs()
    {
        Assert.Equal("a: 1\n\na: 2\n\nplain", ParsedDocuments.Parse(MediaTypes.JsonLines, "{\"a\":1}\r\n\n{\"a\":2}\n\"plain\"\n").Text);
    }

    [Fact]
    public void Lines_OneBroken_NamesTheLine()
    {
        var error = Assert.Throws<MillraceException>(() => ParsedDocuments.Parse(MediaTypes.JsonLines, "{}\n{\"a\":\n"));

        Assert.Equal(Reason.InvalidArgument, error.Reason);
        Assert.Contains("Line 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Strings_WithEscapes_AreClean()
    {
        var document = ParsedDocuments.Parse(MediaTypes.Json, """{"a":"x\u0000\ud83d\ude00\ny","b":"\ud83d","\ud83d":"c"}""");

        document.AssertValid();
        Assert.Contains("a: x😀\ny", document.Text, StringComparison.Ordinal);
        Assert.Contains(": c", document.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_Extreme_IsRefused()
    {
        var error = Assert.Throws<MillraceException>(() => ParsedDocuments.Parse(MediaTypes.Json, new string('[', 100_000)));

        Assert.Contains("nested deeper", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Title_OfTheRoot_IsTheTitle() =>
        Assert.Equal("T", ParsedDocuments.Parse(MediaTypes.Json, """{"title":"T","a":1}""").Title);
}
