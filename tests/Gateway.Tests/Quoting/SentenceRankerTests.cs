using Millrace.Gateway.Quoting;
using Millrace.Gateway.Retrieval;

namespace Millrace.Gateway.Tests.Quoting;

public sealed class SentenceRankerTests
{
    [Fact]
    public void Rank_SeveralSentences_PutsTheOneWithMoreOfTheQuestionFirst()
    {
        var ranked = SentenceRanker.Rank(
            "When are express parcels delivered?",
            [Passage("Parcels are tracked by us. Express parcels are delivered overnight. The office opens at nine.")]);

        Assert.Equal(
            ["Express parcels are delivered overnight.", "Parcels are tracked by us."], ranked.Select(candidate => candidate.Text));
        Assert.True(ranked[0].Score > ranked[1].Score);
    }

    // Three sentences. "parcel" is in two of them: ln(1 + 1.5/2.5) = ln 1.6; "express" in one: ln(1 + 2.5/1.5) = ln(8/3);
    // "moon" in none: ln(1 + 3.5/0.5) = ln 8.
    [Fact]
    public void Rank_Support_IsTheSharedPartOfTheQuestionsWeight()
    {
        var ranked = SentenceRanker.Rank(
            "express parcel moon", [Passage("Express parcels arrive early. Parcels weigh little here. Nothing else is known.")]);

        var (parcel, express, moon) = (Math.Log(1.6), Math.Log(8 / 3.0), Math.Log(8));
        Assert.Equal(2, ranked.Count);
        Assert.Equal((parcel + express) / (parcel + express + moon), ranked[0].Support, precision: 12);
        Assert.Equal(parcel / (parcel + express + moon), ranked[1].Support, precision: 12);
    }

    // One sentence of average length, each term once: the score of a term is its weight, ln(1 + 0.5/1.5), and the length counts as 1.
    [Fact]
    public void Rank_Score_IsBm25()
    {
        var candidate = Assert.Single(SentenceRanker.Rank("early parcel", [Passage("Parcels arrive early.")]));

        Assert.Equal(2 * Math.Log(4 / 3.0), candidate.Score, precision: 12);
        Assert.Equal(1, candidate.Support, precision: 12);
    }

    [Fact]
    public void Rank_WordsAboveASentence_SupportItAndCountLess()
    {
        var ranked = SentenceRanker.Rank(
            "refund", [Passage("They take five days.", "Refunds"), Passage("Refunds take five days.") with { Number = 2 }]);

        Assert.Equal([2, 1], ranked.Select(candidate => candidate.Passage.Number));
        Assert.All(ranked, candidate => Assert.Equal(1, candidate.Support, precision: 12));
    }

    [Theory]
    [InlineData("# Express parcels and returns")]
    [InlineData("Express parcels are delivered in these ways:")]
    [InlineData("Express parcels")]
    public void Rank_HeadingsAndLeadIns_AreNoCandidates(string line)
    {
        var ranked = SentenceRanker.Rank("express parcels", [Passage($"{line}\n\nAn express parcel takes one day.")]);

        Assert.Equal("An express parcel takes one day.", Assert.Single(ranked).Text);
    }

    [Theory]
    [InlineData("Who painted the Mona Lisa?")]
    [InlineData("what is it")]
    [InlineData("")]
    public void Rank_NoTermInCommon_GivesNothing(string question) =>
        Assert.Empty(SentenceRanker.Rank(question, [Passage("Parcels arrive early. The office opens at nine.")]));

    [Fact]
    public void Rank_AHeadingThatIsItsOwnText_IsNoCandidate() =>
        Assert.Empty(SentenceRanker.Rank("express parcels", [Passage("Express parcels abroad", "Delivery", "Express parcels abroad")]));

    [Fact]
    public void Rank_NoPassage_GivesNothing() => Assert.Empty(SentenceRanker.Rank("express parcels", []));

    [Fact]
    public void Rank_EqualSentences_KeepTheOrderOfThePassages()
    {
        RetrievedPassage[] passages =
            [.. Enumerable.Range(1, 20).Select(number => Passage("Parcels arrive early.") with { Number = number })];

        var ranked = SentenceRanker.Rank("parcels", passages);

        Assert.Equal(Enumerable.Range(1, 20), ranked.Select(candidate => candidate.Passage.Number));
        Assert.Equal(ranked, SentenceRanker.Rank("parcels", passages));
    }

    [Fact]
    public void Rank_Candidate_KnowsWhereItStands()
    {
        const string Text = "The office opens at nine.\n- Parcels arrive early.";

        var candidate = Assert.Single(SentenceRanker.Rank("parcels", [Passage(Text)]));

        Assert.Equal(Text.IndexOf("Parcels", StringComparison.Ordinal), candidate.Span.Start);
        Assert.Equal("Parcels arrive early.", candidate.Text);
    }

    private static RetrievedPassage Passage(string text, params IReadOnlyList<string> breadcrumb) =>
        new(1, "samples", "parcels.md", 1, "", breadcrumb, text, 0);
}
