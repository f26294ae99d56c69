using Millrace.Gateway.Citations;
using Millrace.Gateway.Retrieval;

namespace Millrace.Gateway.Tests.Citations;

public sealed class CitedAnswerTests
{
    private static readonly SourceText Source = new(
    [
        new RetrievedPassage(1, "shop", "a b/returns.md", 4, "Returns", [], "Intro. Items can be returned within 30 days.", 50),
        new RetrievedPassage(2, "shop", "shipping.md", 1, "Shipping", [], "Parcels are tracked. Shipping takes three days.", 0),
    ]);

    [Theory]
    [InlineData("Fine [1].", "Fine [1].")]
    [InlineData("Fine [3].", "Fine.")]
    [InlineData("Fine [0] and [12] and [2].", "Fine and and [2].")]
    [InlineData("Fine[1][9][2]", "Fine[1][2]")]
    [InlineData("Fine [1, 2, 7].", "Fine [1, 2].")]
    [InlineData("Fine [7,8].", "Fine.")]
    [InlineData("An array[i] and [x] and [ 1 ] stay", "An array[i] and [x] and [ 1 ] stay")]
    [InlineData("Open [1", "Open [1")]
    [InlineData("Open [", "Open [")]
    [InlineData("Two  blanks   [2] stay ", "Two  blanks   [2] stay ")]
    [InlineData("[1000] is no marker", "[1000] is no marker")]
    [InlineData("[[1]]", "[[1]]")]
    public void Push_AnySplit_KeepsOnlyValidMarkers(string said, string expected)
    {
        for (var size = 1; size <= said.Length; size++)
        {
            var answer = Cite(said, size, out var shown);
            Assert.Equal(expected, shown);
            Assert.Equal(expected, answer.Text);
        }
    }

    [Fact]
    public void Push_Marker_CitesTheSentenceInThePassage()
    {
        var answer = Cite(
            "Hello. Items can be returned within 30 days [1]. It all goes by post, shipping takes two days.[2][1]", 3, out var shown);

        Assert.Equal([1, 2, 1], answer.Citations.Select(citation => citation.Number));
        var first = answer.Citations[0];
        Assert.Equal("[1]", shown[first.Start..first.End]);
        Assert.Equal(
            ("Items can be returned within 30 days", 57, 36, 4),
            (first.Quote, first.SourceStart, first.SourceLength, first.DocumentVersion));
        Assert.Equal("/v1/collections/shop/documents/a%20b/returns.md", first.Url);
        Assert.Equal("Shipping takes three days.", answer.Citations[1].Quote);
        Assert.Equal(21, answer.Citations[1].SourceStart);
    }

    [Fact]
    public void Push_PartialMarker_IsHeldBackAndNothingElse()
    {
        var answer = new CitedAnswer(Source);

        Assert.Equal("Yes", answer.Push("Yes [1"));
        Assert.Equal(" [1] no", answer.Push("] no"));
        Assert.Equal("", answer.Push(" "));
        Assert.Equal(" [x", answer.Push("[x"));
    }

    private static CitedAnswer Cite(string said, int size, out string shown)
    {
        var answer = new CitedAnswer(Source);
        shown = string.Concat(said.Chunk(size).Select(chunk => answer.Push(new string(chunk)))) + answer.Finish();
        return answer;
    }
}
