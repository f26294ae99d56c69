using Millrace.Guardrails.Classification;
using Millrace.Guardrails.Content;
using Millrace.GuardTraining.Classification;
using Millrace.TestShared;

namespace Millrace.Guardrails.Tests.Content;

public sealed class ContentModelTests
{
    [Fact]
    public void Model_WasTrainedOnTheDataBesideIt()
    {
        var data = new DirectoryInfo(Path.Combine(RepoPaths.Root, "models", "guards", "data", "content"));

        Assert.Equal(DataChecksum.Of(data), TextClassifier.LoadResource(ContentScorer.Model).DataChecksum);
    }

    [Fact]
    public void Model_KnowsEveryCategoryAndNoOther() => Assert.Equal(
        ContentCategories.All.Select(category => category.Label), TextClassifier.LoadResource(ContentScorer.Model).Labels);

    [Fact]
    public void ScoreText_PartOfACategory_ScoresNoHigherThanTheWhole()
    {
        var scores = new float[ContentCategories.All.Count];
        foreach (var (_, text) in ContentSet.Labelled())
        {
            ContentScorer.Shared.ScoreText(text, scores);
            Assert.All(scores, score => Assert.InRange(score, 0, 1));
            for (var i = 0; i < scores.Length; i++)
                if (ContentCategories.All[i].Parent is >= 0 and var parent) Assert.True(scores[parent] >= scores[i], text);
        }
    }

    [Fact]
    public void ScoreText_HarmInALongText_IsThatOfItsSentence()
    {
        const string Harm = "You are a worthless piece of shit.";
        var text = string.Concat(Enumerable.Repeat("The shop opens at nine. ", 200)) + Harm;

        Assert.Equal(ContentSet.Worst(Harm), ContentSet.Worst(text));
    }
}
