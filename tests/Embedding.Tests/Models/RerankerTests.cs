using Millrace.Contracts.Embedding.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Embedding.Tests.Models;

public sealed class RerankerTests(EmbeddingFixture fixture) : IClassFixture<EmbeddingFixture>
{
    private const string Query = "What does a vaccination cost?";
    private const string Relevant = "The first vaccination at Sorenan Vets costs 1310 euros.";
    private const string Unrelated = "Study rooms can be booked for twenty hours.";

    [Fact]
    public async Task Rerank_ObviousPair_PutsTheRelevantDocumentFirst()
    {
        var response = await RankAsync(Query, Unrelated, Relevant);

        Assert.Equal("tiny-rerank", response.Model);
        Assert.Equal([1u, 0u], response.Results.Select(result => result.Index));
        Assert.All(response.Results, result => Assert.InRange(result.Score, 0f, 1f));
        Assert.True(response.Results[0].Score > response.Results[1].Score);
        Assert.True(response.TotalTokens > 0);
        Assert.Empty(fixture.Service.Errors);
    }

    [Fact]
    public async Task Rerank_TopN_ReturnsTheBestOnly()
    {
        var request = new RerankRequest { Query = Query, TopN = 1, Documents = { Unrelated, Relevant, Unrelated } };

        var response = await fixture.Client.RerankAsync(request);

        Assert.Equal(1u, Assert.Single(response.Results).Index);
    }

    [Fact]
    public async Task Rerank_TopNAboveTheCount_ReturnsAll()
    {
        var request = new RerankRequest { Query = Query, TopN = uint.MaxValue, Documents = { Unrelated, Relevant } };

        Assert.Equal(2, (await fixture.Client.RerankAsync(request)).Results.Count);
    }

    [Fact]
    public async Task Rerank_EqualDocuments_KeepTheirOrder()
    {
        var response = await RankAsync(Query, Relevant, Relevant, Relevant);

        Assert.Equal([0u, 1u, 2u], response.Results.Select(result => result.Index));
    }

    [Fact]
    public async Task Rerank_LongDocument_IsReadAsFarAsTheContextGoes()
    {
        var longer = Relevant + string.Concat(Enumerable.Repeat(" river", 2000));

        var response = await RankAsync(Query, longer, longer + " mill");

        Assert.Equal(1024u, response.TotalTokens);
        Assert.Equal(response.Results[0].Score, response.Results[1].Score, 1e-5f);
    }

    [Fact]
    public async Task Rerank_EmptyDocument_IsScored() =>
        Assert.Equal(2, (await RankAsync(Query, "", Relevant)).Results.Count);

    public static TheoryData<string, string, RerankRequest> BadRequests => new()
    {
        { "query", "invalid_argument", new RerankRequest { Documents = { Relevant } } },
        { "documents", "invalid_argument", new RerankRequest { Query = Query } },
        { "model", "model_not_found", new RerankRequest { Query = Query, Documents = { Relevant }, Model = "tiny-embed" } },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task Rerank_BadRequest_NamesTheFieldAndTheReason(string param, string code, RerankRequest request)
    {
        var error = await Assert.ThrowsAsync<MillraceException>(async () => await fixture.Client.RerankAsync(request));

        Assert.Equal(code, error.Reason.Info().Code);
        Assert.Equal(param, error.Param);
        Assert.Empty(fixture.Service.Errors);
    }

    [Fact]
    public async Task Rerank_TooManyDocuments_SaysHowManyGo()
    {
        var request = new RerankRequest { Query = Query, Documents = { Enumerable.Repeat("x", 1025) } };

        var error = await Assert.ThrowsAsync<MillraceException>(async () => await fixture.Client.RerankAsync(request));

        Assert.Equal(Reason.InvalidArgument, error.Reason);
        Assert.Contains("1025 texts; at most 1024", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(509)]
    [InlineData(5000)]
    public async Task Rerank_QueryWithoutRoomForADocument_IsRefused(int words)
    {
        var error = await Assert.ThrowsAsync<MillraceException>(async () => await fixture.Client.RerankAsync(LongQuery(words)));

        Assert.Equal(Reason.ContextLengthExceeded, error.Reason);
        Assert.Equal("query", error.Param);
        Assert.Contains("at most 508", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rerank_LongestQuery_LeavesOneTokenForTheDocument() =>
        Assert.Equal(512u, (await fixture.Client.RerankAsync(LongQuery(508))).TotalTokens);

    private static RerankRequest LongQuery(int words) =>
        new() { Query = string.Join(' ', Enumerable.Repeat("river", words)), Documents = { Relevant } };

    private async Task<RerankResponse> RankAsync(string query, params string[] documents) =>
        await fixture.Client.RerankAsync(new RerankRequest { Query = query, Documents = { documents } });
}
