using Millrace.Retrieval.Parsing;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Parsing;

public sealed class MediaTypesTests
{
    [Theory]
    [InlineData("", "a/b.MD", MediaTypes.Markdown)]
    [InlineData("", "page.htm", MediaTypes.Html)]
    [InlineData("", "notes.txt", MediaTypes.PlainText)]
    [InlineData("Text/HTML; Charset=\"UTF-8\"", "a.md", MediaTypes.Html)]
    public void Resolve_Known_IsNormalised(string declared, string fileName, string expected)
    {
        Assert.Equal(expected, MediaTypes.Resolve(declared, fileName));
    }

    [Theory]
    [InlineData("application/pdf", "a.md")]
    [InlineData("", "a.pdf")]
    [InlineData("", "README")]
    [InlineData("text/html; charset=iso-8859-1", "")]
    public void Resolve_Unknown_IsRefusedWithRemedy(string declared, string fileName)
    {
        var error = Assert.Throws<MillraceException>(() => MediaTypes.Resolve(declared, fileName));

        Assert.Equal(Reason.UnsupportedMediaType, error.Reason);
    }
}
