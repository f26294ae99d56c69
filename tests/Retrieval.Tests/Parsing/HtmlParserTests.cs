using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Parsing;

public sealed class HtmlParserTests
{
    [Fact]
    public void Page_WithFurniture_KeepsOnlyWhatIsRead()
    {
        var document = ParsedDocuments.Html("""
            <html><head><title>Site | Returns</title><style>p{}</style></head><body>
            <nav><a href="/">Home</a></nav><header><h1>Returns</h1></header>
            <main><p>Send it   back within
            <b>30 days</b>.</p><script>alert(1)</script><div hidden>no</div></main>
            <aside>Buy more!</aside><div role="navigation">Menu</div><footer>Imprint</footer></body></html>
            """);

        Assert.Equal("Returns", document.Title);
        Assert.Equal("Returns\n\nSend it back within 30 days.", document.Text);
        Assert.Equal(["Returns"], Assert.Single(document.Sections).Breadcrumb);
    }

    [Fact]
    public void Lists_Nested_BecomeLines()
    {
        var document = ParsedDocuments.Html(
            "<ol start=2><li>One<ul><li>inner</li></ul></li><li>Two</li></ol><dl><dt>Term</dt><dd>Meaning</dd></dl>");

        Assert.Equal("2. One\ninner\n3. Two\nTerm\nMeaning", document.Text);
    }

    [Fact]
    public void Table_WithHeader_BecomesOneSentencePerRow()
    {
        var document = ParsedDocuments.Html(
            "<table><thead><tr><th>Code<th>Meaning</tr></thead><tbody><tr><td>E1<td><p>Too <i>hot</i></p></tr><tr><td>E2<td>Door "
            + "open!</tr></table>");

        Assert.Equal("Code: E1; Meaning: Too hot.\nCode: E2; Meaning: Door open!", document.Text);
    }

    [Fact]
    public void Pre_IsKeptAsItIs()
    {
        Assert.Equal("a  b\n  c", ParsedDocuments.Html("<pre>a  b\n  c</pre>").Text);
    }

    [Fact]
    public void Title_WithoutHeading_IsTheTitleElement()
    {
        Assert.Equal("From the head", ParsedDocuments.Html("<title>From the head</title><p>x").Title);
    }

    [Theory]
    [InlineData("<p>one<p>two</div></b><h2>Head<h3>Sub</h2>three")]
    [InlineData("<table><tr><td>one<table><tr><td>two</table>three")]
    [InlineData("one <a href='x>two</a> <!-- three")]
    [InlineData("&lt;one&gt; &#0; &#xD800; &nosuch; <p")]
    public void Page_Broken_IsStillRead(string source)
    {
        Assert.Contains("one", ParsedDocuments.Html(source).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_Extreme_IsRefused()
    {
        var source = string.Concat(Enumerable.Repeat("<div>", 5_000)) + "x";

        Assert.Equal(Reason.InvalidArgument, Assert.Throws<MillraceException>(() => ParsedDocuments.Html(source)).Reason);
    }
}
