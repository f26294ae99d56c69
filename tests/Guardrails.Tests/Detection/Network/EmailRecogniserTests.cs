namespace Millrace.Guardrails.Tests.Detection.Network;

public sealed class EmailRecogniserTests
{
    [Theory]
    [InlineData("bob@example.com", "bob@example.com")]
    [InlineData("Mail bob@example.com.", "bob@example.com")]
    [InlineData("<bob.smith+tag@mail.example.co.uk>, please", "bob.smith+tag@mail.example.co.uk")]
    [InlineData("mailto:bob_1%x@example.museum?subject=hi", "bob_1%x@example.museum")]
    [InlineData("'o'brien@example.ie'", "o'brien@example.ie")]
    [InlineData("jürgen@münchen.de", "jürgen@münchen.de")]
    [InlineData("请联系bob@example.com谢谢", "bob@example.com")]
    [InlineData("почта: иван@пример.рф!", "иван@пример.рф")]
    [InlineData("----------------------------------------------------------------------bob@example.com", "bob@example.com")]
    [InlineData("bob@example.com...", "bob@example.com")]
    [InlineData("bob@example.com-based", "bob@example.com")]
    [InlineData("bob@example.com1", "bob@example.com")]
    [InlineData("bob@example.com_x", "bob@example.com")]
    [InlineData("bob@ex-ample.com,alice@example.org", "bob@ex-ample.com|alice@example.org")]
    [InlineData("a@b@example.com", "b@example.com")]
    [InlineData("a.b.c.d.e.f@x.io", "a.b.c.d.e.f@x.io")]
    public void Address_IsFound(string text, string found) =>
        Assert.Equal(found.Split('|'), Scan.Found("pii.email", text));

    [Theory]
    [InlineData("bob@example")]
    [InlineData("bob at example.com")]
    [InlineData("bob@.com")]
    [InlineData("bob@-x.com")]
    [InlineData("@example.com")]
    [InlineData("bob@example.c")]
    [InlineData("bob@example.1")]
    [InlineData("bob@example..com")]
    [InlineData("bob @example.com")]
    [InlineData("C# decorators such as @property.setter")]
    [InlineData("1,000 @ 3.50")]
    [InlineData("a@a@a@a@a@")]
    [InlineData("")]
    public void OtherText_IsNotFound(string text) => Assert.Empty(Scan.Found("pii.email", text));

    [Fact]
    public void LocalPart_LongerThan64_IsNone()
    {
        Assert.Single(Scan.Found("pii.email", new string('a', 64) + "@example.com"));
        Assert.Empty(Scan.Found("pii.email", new string('a', 65) + "@example.com"));
    }

    [Fact]
    public void Domain_LongerThanAllowed_IsTakenUpToTheLimit()
    {
        var text = "bob@example.com" + string.Concat(Enumerable.Repeat(".example", 60));

        Assert.InRange(Assert.Single(Scan.Found("pii.email", text)).Length, "bob@example.com".Length, 254);
    }
}
