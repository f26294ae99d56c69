using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Parsing;

public sealed class CsvParserTests
{
    [Theory]
    [InlineData("Country,Price\nFrance,$9\nJapan,$12\n")]
    [InlineData("Country;Price\r\nFrance;$9\r\nJapan;$12")]
    [InlineData("Country\tPrice\nFrance\t$9\n\nJapan\t$12\n")]
    [InlineData("Country|Price\nFrance|$9\nJapan|$12\n")]
    [InlineData("\uFEFF\"Country\",\"Price\"\n\"France\",\"$9\"\n\"Japan\",\"$12\"\n")]
    public void Rows_UnderAHeader_NameEachValue(string source)
    {
        var document = ParsedDocuments.Parse(MediaTypes.Csv, source);

        Assert.Equal("Country: France; Price: $9.\nCountry: Japan; Price: $12.", document.Text);
        Assert.Equal(["Rows 1 to 50"], Assert.Single(document.Sections).Breadcrumb);
    }

    [Fact]
    public void Rows_WithoutHeader_AreLines()
    {
        Assert.Equal("France; 9.\nJapan; 12.", ParsedDocuments.Parse(MediaTypes.Csv, "France,9\nJapan,12\n").Text);
    }

    [Fact]
    public void Quotes_AsInTheStandard_AreTakenOff()
    {
        var document = ParsedDocuments.Parse(MediaTypes.Csv, "name,note\nA,\"say \"\"hi\"\", or\nleave; now\"\nB,\n");

        Assert.Equal("name: A; note: say \"hi\", or leave; now.\nname: B.", document.Text);
    }

    [Fact]
    public void Quotes_NotClosed_SwallowNothing()
    {
        Assert.Equal("a: 6\" pipe; b: 2.\na: \"x; b: 3.", ParsedDocuments.Parse(MediaTypes.Csv, "a,b\n6\" pipe,2\n\"x,3").Text);
    }

    [Fact]
    public void Column_OfRowNumbers_MayHaveNoName()
    {
        Assert.Equal("0; a: x; b: y.", ParsedDocuments.Parse(MediaTypes.Csv, ",a,b\n0,x,y\n").Text);
    }

    [Fact]
    public void Rows_Many_AreGrouped()
    {
        var rows = string.Join('\n', Enumerable.Range(1, 120).Select(i => $"n{i},v{i}"));

        var document = ParsedDocuments.Parse(MediaTypes.Csv, "name,value\n" + rows);

        Assert.Equal(["Rows 1 to 50", "Rows 51 to 100", "Rows 101 to 150"], document.Sections.Select(section => section.Breadcrumb[0]));
        Assert.StartsWith("name: n51; value: v51.", document.TextOf(document.Sections[1]), StringComparison.Ordinal);
    }

    [Fact]
    public void Header_Alone_IsKept() => Assert.Equal("a; b.", ParsedDocuments.Parse(MediaTypes.Csv, "a,b\n").Text);

    [Fact]
    public void Tsv_WithCommas_IsCutAtTabsOnly()
    {
        Assert.Equal("a: 1,2; b: x, y.", ParsedDocuments.Parse(MediaTypes.Tsv, "a\tb\n1,2\tx, y\n").Text);
    }

    [Fact]
    public void Cells_TooMany_AreRefused()
    {
        var parsers = ParsedDocuments.With(new ParsingOptions { TableCellsMax = 1000 });

        var error = Assert.Throws<MillraceException>(() => parsers.Parse(MediaTypes.Csv, new string(',', 2000)));

        Assert.Equal(Reason.PayloadTooLarge, error.Reason);
        Assert.Contains("TableCellsMax", error.Message, StringComparison.Ordinal);
    }
}
