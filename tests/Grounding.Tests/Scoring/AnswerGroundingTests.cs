using System.Globalization;
using Xunit.Abstractions;

namespace Millrace.Grounding.Tests.Scoring;

/// <summary>
/// How often a sentence below the bound is really unsupported, and how many unsupported ones are below it. The scores were made with the
/// tuning set; the held set was looked at once they stood.
/// </summary>
public sealed class AnswerGroundingTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("grounding.tuning.json", 0.98, 0.94)]
    [InlineData("grounding.held.json", 0.9, 0.95)]
    public void Judge_LabelledSentences_FindsWhatNothingSupports(string name, double precisionMin, double recallMin)
    {
        var judged = GroundingSet.Load(name).Select(answer => (Answer: answer, Score: GroundingSet.Score(answer))).ToList();

        foreach (var (answer, score) in judged.Where(one => IsBelow(one.Score) == one.Answer.IsSupported))
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{answer.Kind} {score:0.00}: {answer.Text}"));
        var below = judged.Where(one => IsBelow(one.Score)).ToList();
        var right = below.Count(one => !one.Answer.IsSupported);
        var (precision, recall) = ((double)right / below.Count, (double)right / judged.Count(one => !one.Answer.IsSupported));
        var summary = string.Create(CultureInfo.InvariantCulture, $"{judged.Count} sentences: P {precision:0.000}, R {recall:0.000}");
        output.WriteLine(summary);
        Assert.True(precision >= precisionMin && recall >= recallMin, summary);
    }

    private static bool IsBelow(double score) => score < AnswerGrounding.SupportedMin;

    [Fact]
    public void Judge_AnswerOfSeveralSentences_ScoresEachWhereItStands()
    {
        string[] contexts = ["The bridge is 300 metres long.", "It was opened in 1931 by the mayor."];
        const string Answer = "The bridge is 300 metres long [1]. It was opened in 1932 [2]. Anything else?";

        var sentences = new AnswerGrounding(contexts).Judge(Answer);

        Assert.Equal(3, sentences.Count);
        Assert.Equal("It was opened in 1932 [2].", sentences[1].Span.Of(Answer));
        Assert.Equal((1.0, 0), (sentences[0].Score, sentences[0].Source));
        Assert.InRange(sentences[1].Score, 0, 0.49);
        Assert.Equal(1, sentences[2].Score);
    }

    [Fact]
    public void Judge_WithoutContexts_SupportsNothingThatIsStated() =>
        Assert.Equal(0, Assert.Single(new AnswerGrounding([]).Judge("The bridge is 300 metres long.")).Score);

    [Fact]
    public void Judge_WordsOfTheQuestionAlone_SupportNothing()
    {
        var grounding = new AnswerGrounding(["The campsite has 40 pitches."], "Does the campsite have a heated pool with a slide?");

        Assert.InRange(Assert.Single(grounding.Judge("The campsite has a heated pool with a slide.")).Score, 0, 0.49);
    }

    [Fact]
    public void Overall_IsWeighedByLength()
    {
        SentenceGrounding[] sentences = [new(new(0, 30), 1, 0), new(new(31, 10), 0, 0)];

        Assert.Equal(0.75, AnswerGrounding.Overall(sentences), 6);
        Assert.Equal(1, AnswerGrounding.Overall([]));
    }
}
