using Millrace.Retrieval.Search;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Search;

public sealed class RerankingTests
{
    private readonly FakeEncoder _encoder = new()
    {
        RerankScores = { ["text 1"] = 0.1, ["text 2"] = 0.9, ["text 3"] = 0.5, ["text 4"] = 1 },
    };

    [Fact]
    public async Task Order_Alone_IsTheRerankers()
    {
        var ordered = await OrderAsync(weight: 1, count: 3);

        Assert.Equal([2, 3, 1, 4], Found.Rows(ordered));
        Assert.Equal([0.9, 0.5, 0.1, 0], ordered.Select(candidate => candidate.Score));
    }

    [Fact]
    public async Task Order_Joined_WeighsItWithTheOrderBefore()
    {
        // Before, moved into 0 to 1 among those that are read: 1, 0.5, 0.
        var ordered = await OrderAsync(weight: 0.5, count: 3);

        Assert.Equal([2, 1, 3, 4], Found.Rows(ordered));
        Assert.Equal([0.7, 0.55, 0.25, 0], ordered.Select(candidate => Math.Round(candidate.Score, 9)));
    }

    [Fact]
    public async Task Order_WithoutWeight_AsksNobody()
    {
        _encoder.Failure = Reason.UpstreamUnavailable;

        var ordered = await OrderAsync(weight: 0, count: 4);

        Assert.Equal([1, 2, 3, 4], Found.Rows(ordered));
    }

    [Fact]
    public async Task Order_ScoreMissing_CountsAsIrrelevant()
    {
        _encoder.RerankScores["text 2"] = double.NegativeInfinity;

        var ordered = await OrderAsync(weight: 0.5, count: 3);

        Assert.All(ordered, candidate => Assert.True(double.IsFinite(candidate.Score)));
        Assert.Equal([1, 2, 3, 4], Found.Rows(ordered));
    }

    private Task<IReadOnlyList<Candidate>> OrderAsync(double weight, int count)
    {
        var query = new SearchQuery { Tenant = "t", Collections = ["c"], Text = "q", TopK = 1, Rerank = true };
        var plan = QueryPlan.Of(query, new SearchOptions { RerankWeight = weight, RerankCandidates = count });
        Candidate[] candidates = [Found.Candidate(1, 30), Found.Candidate(2, 20), Found.Candidate(3, 10), Found.Candidate(4, 5)];
        return new Reranking(_encoder).OrderAsync("q", candidates, plan, CancellationToken.None);
    }
}
