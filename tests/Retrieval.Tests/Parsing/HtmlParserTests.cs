using Millrace.Retrieval.Parsing;
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

    [Theory]
    [InlineData(
        "<thead><tr><th rowspan=2>Country<th colspan=2>2024</tr><tr><th>Q1<th>Q2</tr></thead>"
            + "<tr><td rowspan=2>France<td>5<td>6</tr><tr><td colspan=2>closed</tr>",
        "Country: France; 2024 Q1: 5; 2024 Q2: 6.|Country: France; 2024 Q1, 2024 Q2: closed.")]
    [InlineData("<tr><td><th>Q1<th>Q2<tr><th>Sales<td>1<td rowspan=2>2<tr><th>Costs<td>3", "Sales; Q1: 1; Q2: 2.|Costs; Q1: 3; Q2: 2.")]
    [InlineData("<thead><tr><td><td>Q1</thead><tr><th>Sales<td>1", "Sales; Q1: 1.")]
    [InlineData("<tr><th>Name<td>Ada<tr><th>Born<td>1815<td>London", "Name: Ada.|Born: 1815; London.")]
    [InlineData(
        "<tr><th colspan=2>Big cities<tr><th>City<th>People<tr><th colspan=2>Europe<tr><td>Paris<td>2 M"
            + "<tr><th>City<th>People<tr><td>Rome<td>3 M",
        "Big cities|Europe|City: Paris; People: 2 M.|City: Rome; People: 3 M.")]
    [InlineData("<tr><th>City<th>People<tr><td>Paris<td>2 M<tr><th>River<th>Length<tr><td>Po<td>652 km",
        "City: Paris; People: 2 M.|River: Po; Length: 652 km.")]
    [InlineData("<tbody><tr><td rowspan=0>A<td>1<tr><td>2<tbody><tr><td>3<td>4", "A; 1.|A; 2.|3; 4.")]
    [InlineData("<tr><th>a<th>b<tr><td>1<td>", "a: 1.|b.")]
    [InlineData("<tr><td rowspan=3>A<td colspan=2>B<tr><td>C<td rowspan=9>D<tr><td>E", "A; B.|A; C; D.|A; E; D.")]
    [InlineData("<tr><th>one<tr><th>two<tr><th>three<tr><th>four<tr><th>five", "one two three four: five.")]
    public void Table_WithMergedCells_NamesEachValue(string rows, string expected)
    {
        Assert.Equal(expected.Replace('|', '\n'), ParsedDocuments.Html($"<table>{rows}</table>").Text);
    }

    [Fact]
    public void Table_HeaderTooLongForAName_IsReadOnce()
    {
        var header = string.Join(' ', Enumerable.Repeat("explanation", 8));

        var document = ParsedDocuments.Html($"<table><tr><th>Code<th>{header}<tr><td>E1<td>Hot<tr><td>E2<td>Cold</table>");

        Assert.Equal($"{header}\nCode: E1; Hot.\nCode: E2; Cold.", document.Text);
    }

    [Fact]
    public void Table_SpansOutOfProportion_AreRefused()
    {
        var source = "<table><tr>" + string.Concat(Enumerable.Repeat("<td colspan=1000 rowspan=65534>x", 200))
            + string.Concat(Enumerable.Repeat("<tr>", 1000)) + "</table>";

        Assert.Contains("TableCellsMax", Assert.Throws<MillraceException>(() => ParsedDocuments.Html(source)).Message,
            StringComparison.Ordinal);
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

    [Theory]
    [InlineData("<div>")]
    [InlineData("<b x=1><p>")]
    [InlineData("<table><tr><td>")]
    [InlineData("<ul><li>")]
    public void Nesting_Extreme_IsFlattenedAndRead(string opening)
    {
        var document = ParsedDocuments.Html(string.Concat(Enumerable.Repeat(opening, 2_000)) + "x");

        Assert.Equal("x", document.Text.TrimEnd('.'));
    }

    [Fact]
    public void Tag_WithTooManyAttributes_IsRefused()
    {
        var source = "<p>" + "<a " + string.Join(' ', Enumerable.Range(0, 300_000).Select(i => $"a{i}")) + ">x</a>";

        Assert.Contains("attributes", Assert.Throws<MillraceException>(() => ParsedDocuments.Html(source)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Elements_NeverClosed_AreRefused()
    {
        var source = string.Concat(Enumerable.Repeat("<dl><dt>a<dd>b", 3_001));

        var error = Assert.Throws<MillraceException>(() => ParsedDocuments.Html(source));

        Assert.Contains("not closed", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<p>x")]
    [InlineData("<p>x<br>")]
    [InlineData("<!-- <div> --><div>x</div>")]
    [InlineData("<script>'<div>'</script><p>x")]
    public void Elements_ThatNeedNoEnd_MayBeMany(string piece)
    {
        Assert.Contains("x", ParsedDocuments.Html(string.Concat(Enumerable.Repeat(piece, 4_000))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Attribute_WithLongValue_IsNoAttributes()
    {
        var value = string.Join(' ', Enumerable.Range(0, 10_000));

        Assert.Equal("x", ParsedDocuments.Html($"<p title = \"{value}\" class='{value}'>x</p>").Text);
    }

    [Theory]
    [InlineData("<aside>The only text there is.</aside>")]
    [InlineData("<footer>The only text there is.</footer><script>x</script>")]
    [InlineData("<div class='cookie-banner'>The only text there is.</div>")]
    [InlineData("<noscript>The only text there is.</noscript>")]
    [InlineData("<div hidden>The only text there is.</div>")]
    public void Content_OnlyInFurniture_IsKept(string source)
    {
        Assert.Equal("The only text there is.", ParsedDocuments.Html(source).Text);
    }

    [Fact]
    public void Content_MostlyInAside_IsKept()
    {
        var article = string.Concat(Enumerable.Repeat("This is what the page says. ", 30));

        var document = ParsedDocuments.Html($"<p>By A. Writer</p><aside><p>{article}</p></aside><nav><a href='/'>Home</a></nav>");

        Assert.Contains("This is what the page says.", document.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<div id='cookie-consent-banner'><p>We use cookies.</p><a href='/p'>More</a></div>")]
    [InlineData("<div class='x onetrust-pc-dark-filter'>We use cookies.</div>")]
    [InlineData("<div style='color: red; display : none'>We use cookies.</div>")]
    [InlineData("<dialog>We use cookies.</dialog>")]
    [InlineData("<ul class='main-menu'><li><a href='/a'>We use</a></li><li><a href='/b'>cookies.</a></li></ul>")]
    public void Banner_BesideContent_IsLeftOut(string banner)
    {
        Assert.Equal("Text.", ParsedDocuments.Html($"{banner}<main><p>Text.</p></main>").Text);
    }

    [Theory]
    [InlineData("<div class='cookie-policy'>About cookies.</div>")]
    [InlineData("<div class='menu'>Soup of the day, and a salad with <a href='/b'>bread</a>.</div>")]
    public void Text_WithSuspiciousName_IsKept(string source)
    {
        Assert.Equal(2, ParsedDocuments.Html($"{source}<p>Text.</p>").Text.Split("\n\n").Length);
    }

    [Fact]
    public void Images_WithAlternativeText_AreRead()
    {
        Assert.Equal("Before a red door after.", ParsedDocuments.Html("<p>Before<img src=x alt='a red door'>after.<img alt=''></p>").Text);
    }

    [Fact]
    public void Table_WithCaption_KeepsIt()
    {
        Assert.Equal("Codes\nE1; Hot.", ParsedDocuments.Html("<table><caption>Codes</caption><tr><td>E1<td>Hot</table>").Text);
    }

    [Fact]
    public void Elements_TooMany_AreRefused()
    {
        var parsers = ParsedDocuments.With(new ParsingOptions { ElementsMax = 100 });

        var error = Assert.Throws<MillraceException>(
            () => parsers.Parse(MediaTypes.Html, string.Concat(Enumerable.Repeat("<p>x", 101))));

        Assert.Equal(Reason.PayloadTooLarge, error.Reason);
        Assert.Contains("Retrieval:Parsing:ElementsMax", error.Message, StringComparison.Ordinal);
    }
}
