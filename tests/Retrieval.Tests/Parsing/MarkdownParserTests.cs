using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Parsing;

public sealed class MarkdownParserTests
{
    [Fact]
    public void Headings_Nested_BecomeBreadcrumbs()
    {
        var document = ParsedDocuments.Markdown("""
            # Returns
            Intro.
            ## Refunds
            After *seven* days.
            ### By card
            To the [same](https://x.example) card.
            ## Exchange
            Once only.
            """);

        Assert.Equal("Returns", document.Title);
        Assert.Equal("Intro.", document.BodyUnder("Returns"));
        Assert.Equal("After seven days.", document.BodyUnder("Returns", "Refunds"));
        Assert.Equal("To the same card.", document.BodyUnder("Returns", "Refunds", "By card"));
        Assert.Equal("Once only.", document.BodyUnder("Returns", "Exchange"));
    }

    [Fact]
    public void Sections_Always_LieInTextInOrderWithoutOverlap()
    {
        var document = ParsedDocuments.Markdown(
            "before\n\n# A 😀\n\none\n\ntwo\n\n## B\n- x\n- y\n\n# C\n\n| k | v |\n|---|---|\n| a | b |\n");

        var end = 0;
        foreach (var section in document.Sections)
        {
            Assert.True(section.Start >= end);
            end = section.Start + section.Length;
            Assert.True(end <= document.Text.Length);
            Assert.Equal(document.TextOf(section).Trim(), document.TextOf(section));
        }

        Assert.Equal(["before", "one\n\ntwo", "x\ny", "k: a; v: b."], document.Sections.Select(document.TextOf));
    }

    [Fact]
    public void Table_WithHeader_BecomesOneSentencePerRow()
    {
        var document = ParsedDocuments.Markdown("""
            | Country | Price | Days |
            |---------|------:|------|
            | France  | $9    | 3    |
            | `Japan` |       | 7    |
            """);

        Assert.Equal("Country: France; Price: $9; Days: 3.\nCountry: Japan; Days: 7.", document.Text);
    }

    [Fact]
    public void List_NestedAndNumbered_BecomesLines()
    {
        var document = ParsedDocuments.Markdown("""
            Do this:

            3. Open the portal.
               - On the web.
               - In the app.
            4. Choose **Request**.

               Then wait.
            """);

        Assert.Equal("Do this:\n3. Open the portal.\nOn the web.\nIn the app.\n4. Choose Request.\nThen wait.", document.Text);
    }

    [Fact]
    public void Code_Fenced_IsKeptAsItIs()
    {
        var document = ParsedDocuments.Markdown("Run:\n\n```sh\ncurl -s \\\n  http://x\n```\n");

        Assert.Contains("curl -s \\\n  http://x", document.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void SoftBreaks_InParagraph_BecomeSpaces()
    {
        var document = ParsedDocuments.Markdown("one\ntwo  \nthree &amp; <br> four\n\n![a picture](p.png)");

        Assert.Equal("one two\nthree & \n four\n\na picture", document.Text);
    }

    [Fact]
    public void Heading_WithoutTextOrSubheadings_CanStillBeFound()
    {
        var document = ParsedDocuments.Markdown("# Title\n\n## We never ship on Sundays\n\n## Other\n\ntext");

        Assert.Equal("We never ship on Sundays", document.BodyUnder("Title", "We never ship on Sundays"));
        Assert.DoesNotContain(document.Sections, section => section.Breadcrumb is ["Title"]);
    }

    [Fact]
    public void FrontMatterAndReferences_AreNotText()
    {
        var document = ParsedDocuments.Markdown("---\nsecret: 1\n---\n# T\n\nSee [a].\n\n[a]: https://x.example\n");

        Assert.Equal("T\n\nSee a.", document.Text);
    }

    [Fact]
    public void Html_InMarkdown_LosesItsTags()
    {
        var document = ParsedDocuments.Markdown("# T\n\n<div><p>Inside.</p><script>evil()</script></div>\n\nAfter <b>bold</b>.");

        Assert.Equal("Inside.\n\nAfter bold.", document.BodyUnder("T"));
    }

    [Fact]
    public void Document_WithoutHeading_IsCalledByItsId()
    {
        Assert.Equal("the-id", ParsedDocuments.Markdown("text").Title);
    }

    [Fact]
    public void Document_Empty_HasNoSections()
    {
        Assert.Empty(ParsedDocuments.Markdown("").Sections);
        Assert.Empty(ParsedDocuments.Markdown(" \n\n \n").Sections);
    }

    [Fact]
    public void FrontMatter_Always_GivesTitleAndMetadata()
    {
        var document = ParsedDocuments.Markdown(
            "---\ntitle: \"The guide\"\nauthor: A. Writer\ntags: [a, b]\nnested:\n  key: value\n# note\n---\n\n# Install\n\nText");

        Assert.Equal("The guide", document.Title);
        Assert.Equal("A. Writer", Assert.Single(document.Metadata, entry => entry.Key == "author").Value);
        Assert.Single(document.Metadata);
        Assert.Equal("Install\n\nText", document.Text);
    }

    [Fact]
    public void GridTable_WithBlocks_KeepsThem()
    {
        var document = ParsedDocuments.Markdown(
            "+-----+-----+\n| k   | v   |\n+=====+=====+\n| a   | - b |\n|     | - c |\n+-----+-----+\n");

        Assert.Equal("k: a; v: b c.", document.Text);
    }

    [Fact]
    public void GridTable_WithMergedCells_NamesEachValue()
    {
        var document = ParsedDocuments.Markdown("""
            +-----+-----+-----+
            | k   | v   | w   |
            +=====+=====+=====+
            | a   | b         |
            +     +-----+-----+
            |     | c   | d   |
            +-----+-----+-----+
            """);

        Assert.Equal("k: a; v, w: b.\nk: a; v: c; w: d.", document.Text);
    }

    [Fact]
    public void Table_ColumnWithoutValues_KeepsItsName()
    {
        Assert.Equal("k: a.\nv.", ParsedDocuments.Markdown("| k | v |\n|---|---|\n| a | |\n").Text);
    }

    [Fact]
    public void Code_Indented_KeepsTheIndentationOfItsFirstLine()
    {
        Assert.Equal("a\n\n    x = 1\n  y", ParsedDocuments.Markdown("a\n\n```\n    x = 1\n  y\n```").Text);
    }

    [Fact]
    public void Text_RightToLeftAndEmoji_IsKept()
    {
        Assert.Equal("שלום\n\nمرحبا 👩‍👩‍👧 بالعالم", ParsedDocuments.Markdown("# שלום\r\n\r\nمرحبا 👩‍👩‍👧 بالعالم\f\0").Text);
    }

    [Theory]
    [InlineData(">", 100_000)]
    [InlineData("[", 50_000)]
    [InlineData("![", 50_000)]
    [InlineData("[a](", 3_000)]
    [InlineData("*a ", 30_000)]
    [InlineData("*a_ ", 30_000)]
    [InlineData("`a``b", 20_000)]
    [InlineData("<a ", 30_000)]
    [InlineData("<!--", 30_000)]
    [InlineData("- ", 10_000)]
    [InlineData("|a", 50_000)]
    [InlineData("|a|\n|-|\n", 10_000)]
    [InlineData("a\n: ", 10_000)]
    [InlineData("[a]: x\n", 20_000)]
    [InlineData("&a", 50_000)]
    [InlineData("~~a~~ ", 30_000)]
    public void Source_Pathological_IsReadOrRefusedInTime(string piece, int count)
    {
        var parsers = ParsedDocuments.With(new ParsingOptions { TimeLimit = TimeSpan.FromSeconds(60) });
        try
        {
            parsers.Parse(MediaTypes.Markdown, string.Concat(Enumerable.Repeat(piece, count)) + " x").AssertValid();
        }
        catch (MillraceException error)
        {
            Assert.Contains(error.Reason, new[] { Reason.InvalidArgument, Reason.PayloadTooLarge });
            Assert.DoesNotContain("TimeLimit", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("|a", 3_000, "columns")]
    [InlineData("[a]: x\n", 6_000, "blank lines")]
    public void Source_ThatTheLibraryReadsTooSlowly_IsRefused(string piece, int count, string expected)
    {
        var error = Assert.Throws<MillraceException>(() => ParsedDocuments.Markdown(string.Concat(Enumerable.Repeat(piece, count))));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Line_TooLong_IsRefused()
    {
        var error = Assert.Throws<MillraceException>(() => ParsedDocuments.Markdown(new string('x', (1024 * 1024) + 1)));

        Assert.Equal(Reason.PayloadTooLarge, error.Reason);
        Assert.EndsWith("are allowed. Break the line, or raise Retrieval:Parsing:LineCharsMax.", error.Message, StringComparison.Ordinal);
    }
}
