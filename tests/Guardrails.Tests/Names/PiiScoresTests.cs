namespace Millrace.Guardrails.Tests.Names;

public sealed class PiiScoresTests
{
    private const string Text = "Anna Berg of Oslo, 12";

    [Fact]
    public void Add_WrongType_IsPersonalDataAllTheSame()
    {
        var scores = new PiiScores();
        scores.Add(new PiiText(Text, [new PiiSpan("PERSON", 0, 9)]), [new PiiSpan("GPE", 0, 9)]);

        Assert.Equal(new PiiCount(2, 2, 2), scores.Any);
        Assert.Equal(new PiiCount(0, 0, 2), scores.Tokens["PERSON"]);
        Assert.Equal(new PiiCount(0, 2, 0), scores.Tokens["GPE"]);
    }

    [Fact]
    public void Add_HalfOfASpan_IsRight()
    {
        var scores = new PiiScores();
        scores.Add(new PiiText(Text, [new PiiSpan("PERSON", 0, 9)]), [new PiiSpan("PERSON", 0, 5), new PiiSpan("GPE", 13, 17)]);

        Assert.Equal(new PiiCount(1, 1, 1), scores.Spans["PERSON"]);
        Assert.Equal(new PiiCount(1, 2, 1), scores.AllSpans);
        Assert.Equal(new PiiCount(1, 2, 2), scores.AllTokens);
    }

    [Fact]
    public void Add_NeighboursOfOneType_CountAsOne()
    {
        var scores = new PiiScores();
        scores.Add(new PiiText(Text, [new PiiSpan("PERSON", 0, 4), new PiiSpan("PERSON", 5, 9)]), [new PiiSpan("PERSON", 0, 9)]);

        Assert.Equal(new PiiCount(1, 1, 1), scores.Spans["PERSON"]);
    }

    [Fact]
    public void F2_PrefersRecall()
    {
        var count = new PiiCount(Right: 8, Found: 16, Expected: 10);

        Assert.Equal(0.5, count.Precision, 6);
        Assert.Equal(0.8, count.Recall, 6);
        Assert.Equal(0.714286, count.F2, 6);
        Assert.Equal(0.615385, count.F1, 6);
    }
}
