using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Parsing;

public sealed class XmlParserTests
{
    [Fact]
    public void Elements_WithTextAndAttributes_BecomeLines()
    {
        var document = ParsedDocuments.Parse(
            MediaTypes.Xml,
                "<?xml version='1.0'?><a xmlns='u' xmlns:p='v' id='7'><b>x &amp; y</b>text <i>in</i> between<![CDATA[ <z>]]></a>");

        Assert.Equal("a.id: 7\nb: x & y\n\ntext\ni: in\n\nbetween <z>", document.Text);
    }

    [Theory]
    [InlineData("<!DOCTYPE a [<!ENTITY x 'ha'><!ENTITY y '&x;&x;&x;'>]><a>&y;</a>")]
    [InlineData("<!DOCTYPE a SYSTEM 'file:///etc/hostname'><a/>")]
    [InlineData("<a><b></a>")]
    [InlineData("<a>&nosuch;</a>")]
    public void Source_WithEntitiesOrBroken_IsRefused(string source)
    {
        var error = Assert.Throws<MillraceException>(() => ParsedDocuments.Parse(MediaTypes.Xml, source));

        Assert.Equal(Reason.InvalidArgument, error.Reason);
    }

    [Fact]
    public void Attributes_OnLinesOfTheirOwn_AreRead()
    {
        var attributes = string.Concat(Enumerable.Range(0, 200).Select(i => "\n" + new string(' ', 60) + $"a{i}='v{i}'"));

        Assert.EndsWith("x.a199: v199", ParsedDocuments.Parse(MediaTypes.Xml, $"<x{attributes}/>").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_Extreme_IsRefused() => Assert.Throws<MillraceException>(
        () => ParsedDocuments.Parse(MediaTypes.Xml, string.Concat(Enumerable.Repeat("<a>", 100_000))));
}
