using Microsoft.Extensions.Options;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Search;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Search;

public sealed class CandidateRankingTests
{
    private readonly FakeEncoder _encoder = new();
    private readonly SearchQuery _query = new() { Tenant = "t", Collections = ["c"], Text = "q" };

    [Fact]
    public async Task Rank_Hybrid_HasOneRankingOfEachWayWithItsWeight()
    {
        var index = new FakeChunkIndex { Words = { [(1, "q")] = [new(5, 2)] }, Meaning = { [1] = [new(6, 0.5)] } };

        var ranked = await RankAsync(index, _query with { Fusion = new FusionWish(Keyword: 3, Dense: 2) }, One());

        Assert.Equal([("bm25", 3.0, 5L), ("dense", 2.0, 6L)], Told(ranked));
        Assert.Null(ranked.Outage);
    }

    [Theory]
    [InlineData(SearchMode.Keyword, "bm25")]
    [InlineData(SearchMode.Dense, "dense")]
    public async Task Rank_OneWay_AsksForNothingElse(SearchMode mode, string stage)
    {
        var index = new FakeChunkIndex { Words = { [(1, "q")] = [new(5, 2)] }, Meaning = { [1] = [new(6, 0.5)] } };

        var ranked = await RankAsync(index, _query with { Mode = mode, Fusion = new FusionWish(Keyword: 3, Dense: 2) }, One());

        Assert.Equal((stage, 1.0), (Assert.Single(ranked.Rankings).Ranking.Stage, ranked.Rankings[0].Weight));
        Assert.Equal(mode == SearchMode.Dense ? 1 : 0, _encoder.Embedded.Count);
        Assert.Equal(mode == SearchMode.Dense ? 0 : 1, index.WordQueries.Count);
    }

    [Fact]
    public async Task Rank_WeightOfNothing_IsNotAsked()
    {
        var index = new FakeChunkIndex { Words = { [(1, "q")] = [new(5, 2)] } };

        var ranked = await RankAsync(index, _query with { Fusion = new FusionWish(Dense: 0) }, One());

        Assert.Equal("bm25", Assert.Single(ranked.Rankings).Ranking.Stage);
        Assert.Empty(_encoder.Embedded);
    }

    [Fact]
    public async Task Rank_Variants_HaveRankingsOfTheirOwn()
    {
        var index = new FakeChunkIndex
        {
            Words = { [(1, "q")] = [new(1, 1)], [(1, "other words")] = [new(2, 1)] }, Meaning = { [1] = [new(3, 1)] },
        };
        QueryWording[] variants = [new("an answer", IsPassage: true, 0.5), new("other words", IsPassage: false, 2)];

        var ranked = await RankAsync(index, _query with { Variants = variants, Fusion = new FusionWish(Keyword: 1, Dense: 10) }, One());

        Assert.Equal(
            [("bm25", 1.0, 1L), ("bm25:2", 2.0, 2L), ("dense", 10.0, 3L), ("dense:1", 5.0, 3L), ("dense:2", 20.0, 3L)], Told(ranked));
    }

    [Fact]
    public async Task Rank_SeveralCollections_AreOneRankingByScoreUpToTheCandidates()
    {
        var index = new FakeChunkIndex
        {
            Words = { [(1, "q")] = [new(1, 9), new(2, 1)], [(2, "q")] = [new(3, 5), new(4, 0.5)] },
            Meaning = { [1] = [new(1, 0.2)], [2] = [new(4, 0.9)] },
        };

        var ranked = await RankAsync(index, _query with { Candidates = 3 }, Collection(1), Collection(2));

        Assert.Equal([1, 3, 2], Rows(ranked.Rankings[0]));
        Assert.Equal([4, 1], Rows(ranked.Rankings[1]));
    }

    [Fact]
    public async Task Rank_SeveralModels_StayApart()
    {
        var index = new FakeChunkIndex { Meaning = { [1] = [new(1, 0.2)], [2] = [new(2, 0.9)] } };

        var ranked = await RankAsync(index, _query with { Mode = SearchMode.Dense }, Collection(1), Collection(2, "other", 64));

        Assert.Equal([("dense", 1.0, 1L), ("dense", 1.0, 2L)], Told(ranked));
        Assert.Equal(2, _encoder.Embedded.Count);
        Assert.Equal([64, 256], index.DenseQueries.Select(asked => asked.Query.Vector.Length).Order());
    }

    [Fact]
    public async Task Rank_SimilarityMin_IsForTheDenseRankingAlone()
    {
        var index = new FakeChunkIndex { Words = { [(1, "q")] = [new(1, 0.1)] }, Meaning = { [1] = [new(2, 0.6), new(3, 0.4)] } };

        var ranked = await RankAsync(index, _query with { SimilarityMin = 0.5 }, One());

        Assert.Equal([1], Rows(ranked.Rankings[0]));
        Assert.Equal([2], Rows(ranked.Rankings[1]));
    }

    [Fact]
    public async Task Rank_WhatTheCallerSays_ReachesTheIndex()
    {
        var index = new FakeChunkIndex();
        var filter = new DocumentFilter(new Filter.Comparison("a", ComparisonOperator.Exists, []), ["hr"]);

        await RankAsync(index, _query with { Filter = filter, Exact = true, Candidates = 77 }, One());

        Assert.True(index.DenseQueries.TryPeek(out var dense));
        Assert.Equal(
            (new IndexId("t", 1, 10), filter, true, 77), (dense.Index, dense.Query.Filter, dense.Query.Exact, dense.Query.CountMax));
        Assert.True(index.WordQueries.TryPeek(out var words));
        Assert.Equal((new IndexId("t", 1, 10), filter, 77), (words.Index, words.Query.Filter, words.Query.CountMax));
    }

    [Fact]
    public async Task Rank_CollectionWithoutVectors_IsNotAsked()
    {
        var index = new FakeChunkIndex();

        var ranked = await RankAsync(index, _query, Collection(1, dimension: 0));

        Assert.Empty(ranked.Rankings);
        Assert.Empty(index.WordQueries);
        Assert.Empty(_encoder.Embedded);
    }

    [Fact]
    public async Task Rank_EmbeddingAway_IsByWordsAloneAndSaysSo()
    {
        _encoder.Failure = Reason.UpstreamUnavailable;
        var index = new FakeChunkIndex { Words = { [(1, "q")] = [new(5, 2)] } };

        var ranked = await RankAsync(index, _query, One());

        Assert.Equal(Reason.UpstreamUnavailable, ranked.Outage?.Reason);
        Assert.Equal([5], Rows(ranked.Rankings[0]));
        Assert.Empty(ranked.Rankings[1].Ranking.Chunks);
        var error = await Assert.ThrowsAsync<MillraceException>(() => RankAsync(index, _query with { Mode = SearchMode.Dense }, One()));
        Assert.Equal(Reason.UpstreamUnavailable, error.Reason);
    }

    [Fact]
    public async Task Rank_OnlyAVariantCannotBeEmbedded_DenseGoesOn()
    {
        var encoder = new FakeEncoder { PassageFailure = Reason.UpstreamUnavailable };
        var index = new FakeChunkIndex { Meaning = { [1] = [new(6, 0.5)] } };
        var query = _query with { Mode = SearchMode.Dense, Variants = [new("an answer", IsPassage: true, 1)] };

        var ranked = await RankAsync(index, query, [One()], encoder);

        Assert.Equal([6], Rows(ranked.Rankings[0]));
        Assert.Equal(Reason.UpstreamUnavailable, ranked.Outage?.Reason);
    }

    [Fact]
    public async Task Rank_ModelMakesOtherVectorsNow_SaysToReindex()
    {
        var collection = Collection(1, dimension: 99);

        var error = await Assert.ThrowsAsync<MillraceException>(() => RankAsync(new FakeChunkIndex(), _query, collection));

        Assert.Contains("Reindex", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rank_StoreThatFuses_IsAskedOnceUnlessMoreIsWanted()
    {
        var query = _query with { Fusion = new FusionWish(Method: FusionMethod.Rank), Vector = FakeEmbeddingService.Vector("q").ToArray() };
        var index = new FakeChunkIndex { Fused = [new(8, 0.03)], Words = { [(1, "q")] = [new(5, 2)] } };

        Assert.Equal([("rrf", 1.0, 8L)], Told(await RankAsync(index, query, One())));
        Assert.Empty(index.WordQueries);
        await RankAsync(index, query with { Vector = default }, One());
        await RankAsync(index, query with { Explain = true }, One());
        await RankAsync(index, query with { SimilarityMin = 0.1 }, One());
        await RankAsync(index, query with { Variants = [new QueryWording("v", IsPassage: false, 1)] }, One());
        await RankAsync(index, query, Collection(1), Collection(2));
        await RankAsync(index, query with { Mode = SearchMode.Keyword }, One());
        await RankAsync(index, query with { Fusion = new FusionWish(Method: FusionMethod.Score) }, One());
        Assert.Single(index.FusedQueries);
    }

    [Theory]
    [InlineData(FusionMethod.Rank)]
    [InlineData(FusionMethod.Score)]
    public async Task Rank_QueryIsStillBeingEmbedded_WordsAreRankedMeanwhile(FusionMethod method)
    {
        var (asked, embedded) = (new TaskCompletionSource(), new TaskCompletionSource());
        var encoder = new FakeEncoder { BeforeEmbedding = embedded.Task };
        var index = new FakeChunkIndex
        {
            BeforeAnswer = _ =>
            {
                asked.TrySetResult();
                return Task.CompletedTask;
            },
        };

        var ranking = RankAsync(index, _query with { Fusion = new FusionWish(Method: method) }, [One()], encoder);
        await asked.Task.DefaultTimeout();
        var open = (index.WordQueries.Count, index.DenseQueries.Count, index.FusedQueries.Count);
        embedded.SetResult();
        await ranking.DefaultTimeout();

        Assert.Equal((1, 0, 0), open);
        Assert.Single(index.DenseQueries);
    }

    [Fact]
    public async Task Rank_ManyCollections_TheQueryIsEmbeddedBeforeTheirWordsAreRanked()
    {
        var embeddedFirst = false;
        var index = new FakeChunkIndex
        {
            BeforeAnswer = _ =>
            {
                embeddedFirst |= !_encoder.Embedded.IsEmpty;
                return Task.FromException(new MillraceException(Reason.UpstreamUnavailable, "away"));
            },
        };

        SearchedCollection[] many = [.. Enumerable.Range(1, 16).Select(i => Collection(i))];
        await Assert.ThrowsAsync<MillraceException>(() => RankAsync(index, _query, many));

        Assert.True(embeddedFirst);
    }

    [Fact]
    public async Task Rank_SixteenCollections_AreAskedBesideEachOtherUpToTheLimit()
    {
        using var started = new SemaphoreSlim(0);
        var release = new TaskCompletionSource();
        var index = new FakeChunkIndex
        {
            BeforeAnswer = async token =>
            {
                started.Release();
                await release.Task.WaitAsync(token);
            },
        };

        var ranking = RankAsync(index, _query, [.. Enumerable.Range(1, 16).Select(i => Collection(i))]);
        for (var i = 0; i < 4; i++) await started.WaitAsync().DefaultTimeout();
        release.SetResult();
        await ranking.DefaultTimeout();

        Assert.Equal(4, index.RunningMax);
        Assert.Equal((16, 16), (index.WordQueries.Count, index.DenseQueries.Count));
    }

    [Fact]
    public async Task Rank_Cancelled_ReachesTheIndex()
    {
        using var cancellation = new CancellationTokenSource();
        var index = new FakeChunkIndex
        {
            BeforeAnswer = async token =>
            {
                await cancellation.CancelAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => RankAsync(index, _query with { Mode = SearchMode.Keyword }, [One()], _encoder, cancellation.Token).DefaultTimeout());
    }

    [Fact]
    public async Task Rank_Explained_ReportsEachIndexWithItsPlan()
    {
        var index = new FakeChunkIndex { Words = { [(1, "q")] = [new(5, 2)] }, Meaning = { [2] = [new(6, 0.5), new(7, 0.4)] } };
        var query = _query with { Explain = true };
        var (plan, collections) = (Plan(query), new[] { Collection(1), Collection(2) });
        var trace = new SearchTrace(TimeProvider.System, isOn: true);

        await Ranking(index).RankAsync(collections, plan, new QueryVectors(_encoder, plan, collections), trace, CancellationToken.None);

        Assert.Equal(
            [
                ("bm25", "c1", "full text", 1, 0), ("bm25", "c2", "full text", 0, 0),
                ("dense", "c1", "exact scan", 0, 7), ("dense", "c2", "exact scan", 2, 7),
            ],
            trace.Explanation([])!.Stages.Select(
                stage => (stage.Stage, stage.Collection, stage.Plan, stage.CandidateCount, stage.VisitedCount)));
    }

    private Task<RankedCandidates> RankAsync(IChunkIndex index, SearchQuery query, params SearchedCollection[] collections) =>
        RankAsync(index, query, collections, _encoder);

    private static Task<RankedCandidates> RankAsync(
        IChunkIndex index, SearchQuery query, SearchedCollection[] collections, IEncoder encoder,
        CancellationToken cancellationToken = default)
    {
        var plan = Plan(query);
        var vectors = new QueryVectors(encoder, plan, collections);
        return Ranking(index).RankAsync(collections, plan, vectors, new SearchTrace(TimeProvider.System, query.Explain), cancellationToken);
    }

    private static QueryPlan Plan(SearchQuery query) => QueryPlan.Of(query, new SearchOptions());

    private static CandidateRanking Ranking(IChunkIndex index) =>
        new(index, Options.Create(new RetrievalOptions { Search = new SearchOptions { ParallelRankings = 4 } }));

    private static SearchedCollection One() => Collection(1);

    private static SearchedCollection Collection(int row, string model = "m", int dimension = FakeEmbeddingService.Dimension) =>
        new($"c{row}", "", new IndexId("t", row, row * 10), new EncoderChoice(model, model == "m" ? 0 : dimension), dimension);

    private static IEnumerable<(string, double, long)> Told(RankedCandidates ranked) =>
        ranked.Rankings.Select(ranking => (ranking.Ranking.Stage, ranking.Weight, ranking.Ranking.Chunks[0].Chunk));

    private static IEnumerable<long> Rows(WeightedRanking ranking) => ranking.Ranking.Chunks.Select(chunk => chunk.Chunk);
}
