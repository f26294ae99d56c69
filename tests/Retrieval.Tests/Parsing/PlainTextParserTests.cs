using Millrace.Retrieval.Tests.Fixtures;

namespace Millrace.Retrieval.Tests.Parsing;

public sealed class PlainTextParserTests
{
    [Fact]
    public void Lines_WrappedByAnEditor_AreJoined()
    {
        var document = ParsedDocuments.PlainText("""
            This is a long line that an editor has wrapped at about seventy
            columns. It goes on here.
            short
            list

            Next.
            """);

        Assert.Equal(
            "This is a long line that an editor has wrapped at about seventy columns. It goes on "
            + "here.\nshort\nlist\n\nNext.", document.Text);
        Assert.Empty(Assert.Single(document.Sections).Breadcrumb);
    }
}
