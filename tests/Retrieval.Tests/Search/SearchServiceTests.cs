using System.Runtime.InteropServices;
using Google.Protobuf;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Search;

/// <summary>Searches over the whole service and real gRPC.</summary>
public sealed class SearchServiceTests
{
    [Fact]
    public async Task Search_Filter_FindsWhatPassesByWordsAndByMeaning()
    {
        await using var retrieval = await StartAsync();
        foreach (var mode in new[] { SearchMode.Keyword, SearchMode.Dense, SearchMode.Hybrid })
        {
            Assert.Equal(["new", "old", "plain"], (await IdsAsync(retrieval, new SearchRequest { Mode = mode })).Order());
            Assert.Equal(["new"], await IdsAsync(retrieval, new SearchRequest { Mode = mode, Filter = Year(2025) }));
            Assert.Equal(
                ["old", "plain"],
                (await IdsAsync(retrieval, new SearchRequest { Mode = mode, Filter = new Filter { Not = Year(2025) } })).Order());
        }
    }

    [Fact]
    public async Task Search_FilterNotValid_NamesThePlace()
    {
        await using var retrieval = await StartAsync();
        var filter = new Filter { And = new Filters { Filters_ = { Year(1), new Filter { Comparison = new Comparison() } } } };

        var error = await RefusalOf(() => IdsAsync(retrieval, new SearchRequest { Filter = filter }));

        Assert.Equal((Reason.InvalidArgument, "filter.and[1].key"), (error.Reason, error.Param));
    }

    [Fact]
    public async Task Search_Labels_AreForWhoHoldsOneAndNotAfterTheyAreRevoked()
    {
        await using var retrieval = await StartAsync();
        await retrieval.UploadAsync(
            new UploadHeader { Collection = "shop", DocumentId = "secret", Wait = true, MediaType = "text/plain", AccessLabels = { "hr" } },
            "Apples are secret."u8.ToArray());
        var (without, with) = (new SearchRequest { TopK = 10 }, new SearchRequest { TopK = 10, AccessLabels = { "sales", "hr" } });

        Assert.DoesNotContain("secret", await IdsAsync(retrieval, without));
        Assert.Contains("secret", await IdsAsync(retrieval, with));
        await retrieval.Client.UpdateDocumentAsync(new UpdateDocumentRequest
        {
            Collection = "shop", DocumentId = "secret", AccessLabels = new AccessLabels { Labels = { "board" } },
        });
        Assert.DoesNotContain("secret", await IdsAsync(retrieval, with));
        var context = await retrieval.Client.BuildContextAsync(new BuildContextRequest { Search = Asked(with), NeighbourChunks = 2 });
        Assert.DoesNotContain("secret", context.Text, StringComparison.Ordinal);
        await retrieval.Client.UpdateDocumentAsync(
            new UpdateDocumentRequest { Collection = "shop", DocumentId = "secret", AccessLabels = new AccessLabels() });
        Assert.Contains("secret", await IdsAsync(retrieval, without));
    }

    [Fact]
    public async Task Search_EqualNamesOfTwoTenants_NeverMeet()
    {
        await using var retrieval = await StartAsync();
        CallContext.Current = new CallContext("other", "req");
        await retrieval.CreateAsync("shop");
        await retrieval.UploadAsync("shop", "theirs.txt", "Apples of another tenant.");

        foreach (var mode in new[] { SearchMode.Keyword, SearchMode.Dense, SearchMode.Hybrid })
            Assert.Equal(["theirs.txt"], await IdsAsync(retrieval, new SearchRequest { Mode = mode, TopK = 100, DiversityLambda = 0.5f }));
        CallContext.Current = new CallContext(CallContext.DefaultTenant, "req");
        Assert.DoesNotContain("theirs.txt", await IdsAsync(retrieval, new SearchRequest { TopK = 100 }));
    }

    [Fact]
    public async Task Search_Explained_TellsEveryStage()
    {
        await using var retrieval = await StartAsync();
        var request = new SearchRequest
        {
            Explain = true, Rerank = RerankMode.On, DiversityLambda = 0.5f, TimeDecay = new TimeDecay { HalfLifeDays = 30 },
            Variants = { new QueryVariant { Text = "fruit", Kind = VariantKind.Query } },
        };

        var found = await retrieval.Client.SearchAsync(Asked(request));

        string[] stages = ["bm25", "dense", "dense:1", "score", "decay", "rerank", "mmr"];
        Assert.Equal(stages, found.Results[0].Stages.Select(stage => stage.Stage));
        Assert.Equal(1u, found.Results[0].Stages[^1].Rank);
        Assert.Equal(stages.Append("bm25:1").Append("read").Order(), found.Explanation.Stages.Select(stage => stage.Stage).Order());
        var dense = found.Explanation.Stages.First(stage => stage.Stage == "dense");
        Assert.Equal(("shop", 3u), (dense.Collection, dense.CandidateCount));
        Assert.NotEmpty(dense.Plan);
        Assert.Equal("shop", Assert.Single(found.Explanation.Collections).Name);
        Assert.Empty(found.Explanation.Degraded);

        request.Explain = false;
        var unexplained = await retrieval.Client.SearchAsync(Asked(request));
        Assert.Null(unexplained.Explanation);
        Assert.All(unexplained.Results, result => Assert.Empty(result.Stages));
        Assert.Equal(found.Results.Select(result => result.Passage.ChunkId), unexplained.Results.Select(result => result.Passage.ChunkId));
    }

    [Fact]
    public async Task Search_EmbeddingAway_IsByWordsAndSaysSo()
    {
        await using var retrieval = await StartAsync();
        retrieval.Embedding.IsDown = true;

        var found = await retrieval.Client.SearchAsync(
            Asked(new SearchRequest { Explain = true, Rerank = RerankMode.On, CollectionsMax = 1 }));

        Assert.Equal(["embedding", "rerank"], found.Explanation.Degraded);
        Assert.Equal(["embedding", "rerank"], found.Degraded);
        Assert.Equal(3, found.Results.Count);
        Assert.Equal(
            Reason.UpstreamUnavailable, (await RefusalOf(() => IdsAsync(retrieval, new SearchRequest { Mode = SearchMode.Dense }))).Reason);
    }

    [Fact]
    public async Task Search_PartsAwayAndNoExplanationAsked_SaysSoAllTheSame()
    {
        await using var retrieval = await StartAsync();
        var search = Asked(new SearchRequest { Rerank = RerankMode.On });
        Assert.Empty((await retrieval.Client.SearchAsync(search)).Degraded);
        retrieval.Embedding.IsDown = true;

        var found = await retrieval.Client.SearchAsync(search);
        var context = await retrieval.Client.BuildContextAsync(new BuildContextRequest { Search = search });

        Assert.Equal(["embedding", "rerank"], found.Degraded);
        Assert.Null(found.Explanation);
        Assert.Equal(["embedding", "rerank"], context.Degraded.Take(2));
    }

    [Fact]
    public async Task Search_Routing_SearchesTheCollectionThatItIsAbout()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        foreach (var (name, about) in new[] { ("hr", "holidays and leave"), ("shop", "apples and other fruit") })
        {
            await retrieval.Client.CreateCollectionAsync(new CreateCollectionRequest { Name = name, Description = about });
            await retrieval.UploadAsync(name, $"{name}.txt", "Where apples and leave are told of.");
        }

        var found = await retrieval.Client.SearchAsync(
            new SearchRequest { Collections = { "hr", "shop" }, Query = "which apples", CollectionsMax = 1, Explain = true });

        Assert.Equal("shop.txt", Assert.Single(found.Results).Passage.DocumentId);
        var routed = Assert.Single(found.Explanation.Collections);
        Assert.Equal("shop", routed.Name);
        Assert.InRange(routed.Similarity, 0.1, 1);
    }

    [Fact]
    public async Task Search_ScoreAndSimilarityMin_LeaveOut()
    {
        await using var retrieval = await StartAsync();
        var dense = await retrieval.Client.SearchAsync(Asked(new SearchRequest { Mode = SearchMode.Dense }));
        var second = dense.Results[1].Score;

        Assert.Equal(2, (await IdsAsync(retrieval, new SearchRequest { Mode = SearchMode.Dense, ScoreMin = second })).Count);
        Assert.Equal(2, (await IdsAsync(retrieval, new SearchRequest { Mode = SearchMode.Dense, SimilarityMin = second })).Count);
        Assert.Empty(await IdsAsync(retrieval, new SearchRequest { Mode = SearchMode.Keyword, ScoreMin = 1e6f }));
    }

    [Fact]
    public async Task Search_Passage_CarriesWhatIsSaidOfItsDocument()
    {
        await using var retrieval = await StartAsync();

        var found = await retrieval.Client.SearchAsync(Asked(new SearchRequest { Filter = Year(2025) }));

        var passage = Assert.Single(found.Results).Passage;
        Assert.Equal(("{\"year\":2025}", 0u), (passage.MetadataJson, passage.Ordinal));
        Assert.NotNull(passage.UpdatedAt);
    }

    [Theory]
    [InlineData("?! --- '\"' * ( )")]
    [InlineData("AND OR NEAR( *")]
    [InlineData("title:apples* ^ {a b}: -x +y")]
    [InlineData("\0")]
    [InlineData("😀 👩‍👩‍👧 \u202E")]
    public async Task Search_WorstQueries_AreAnswered(string query)
    {
        await using var retrieval = await StartAsync();

        foreach (var mode in new[] { SearchMode.Keyword, SearchMode.Dense, SearchMode.Hybrid })
            await retrieval.Client.SearchAsync(new SearchRequest { Collections = { "shop" }, Query = query, Mode = mode });
        Assert.Empty(retrieval.Service.Errors);
    }

    [Fact]
    public async Task Search_LongestQueryAndMoreThanThereIs_IsAnswered()
    {
        await using var retrieval = await StartAsync();
        var query = string.Concat(Enumerable.Repeat("apples ", 1171))[..8192];

        var found = await retrieval.Client.SearchAsync(
            new SearchRequest { Collections = { "shop" }, Query = query, TopK = 100, Candidates = 1000, Exact = true });

        Assert.Equal(3, found.Results.Count);
        var error = await RefusalOf(() => retrieval.Client.SearchAsync(
            new SearchRequest { Collections = { "shop" }, Query = query + "s" }).ResponseAsync);
        Assert.Equal((Reason.InvalidArgument, "query"), (error.Reason, error.Param));
    }

    [Fact]
    public async Task Search_SixteenCollectionsSomeEmpty_IsAnswered()
    {
        await using var retrieval = await StartAsync();
        string[] names = ["shop", .. Enumerable.Range(1, 15).Select(i => $"c{i}")];
        foreach (var name in names.Skip(1)) await retrieval.CreateAsync(name);
        await retrieval.UploadAsync("c7", "seventh.txt", "Apples in the seventh.");

        var found = await retrieval.Client.SearchAsync(new SearchRequest { Collections = { names }, Query = "apples", TopK = 10 });

        Assert.Equal(["new", "old", "plain", "seventh.txt"], found.Results.Select(result => result.Passage.DocumentId).Order());
        Assert.Empty((await retrieval.Client.SearchAsync(new SearchRequest { Collections = { "c1" }, Query = "apples" })).Results);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(0f)]
    public async Task Search_VectorThatCannotBeCompared_IsRefused(float value)
    {
        await using var retrieval = await StartAsync();
        var vector = Enumerable.Repeat(value, FakeEmbeddingService.Dimension).ToArray();
        var request = new SearchRequest
        {
            QueryVector = ByteString.CopyFrom(MemoryMarshal.AsBytes(vector.AsSpan())), QueryDimension = FakeEmbeddingService.Dimension,
        };

        var error = await RefusalOf(() => IdsAsync(retrieval, request));

        Assert.Equal((Reason.InvalidArgument, "query_vector"), (error.Reason, error.Param));
    }

    [Fact]
    public async Task BuildContext_Neighbours_ReadTheDocumentAroundWhatWasFound()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("book", chunkTokensMax: 16);
        const string Text = "# Fruit\n\nThe first part is about nothing in particular here.\n\n"
            + "## Apples\n\nApples are red and grow on trees in gardens.\n\n"
            + "## Pears\n\nThe last part is about something else entirely here.";
        await retrieval.UploadAsync("book", "b.md", Text);
        var search = new SearchRequest { Collections = { "book" }, Query = "apples", TopK = 1, Mode = SearchMode.Keyword };

        var alone = await retrieval.Client.BuildContextAsync(new BuildContextRequest { Search = search });
        var around = await retrieval.Client.BuildContextAsync(new BuildContextRequest { Search = search, NeighbourChunks = 1 });

        Assert.Single(Assert.Single(alone.Passages).ChunkIds);
        var passage = Assert.Single(around.Passages);
        Assert.Equal(3, passage.ChunkIds.Count);
        var span = await retrieval.Client.ReadSpanAsync(new ReadSpanRequest
        {
            Collection = "book", DocumentId = "b.md", DocumentVersion = passage.Passage.DocumentVersion,
            Start = passage.Passage.Start, Length = passage.Passage.Length,
        });
        Assert.Equal(passage.Passage.Text, span.Text);
        Assert.Contains("\n\nApples\n\nApples are red", passage.Passage.Text, StringComparison.Ordinal);
        Assert.Equal((uint)FakeEmbeddingService.CountTokens(around.Text), around.TokenCount);
        var error = await RefusalOf(
            () => retrieval.Client.BuildContextAsync(new BuildContextRequest { Search = search, NeighbourChunks = 9 }).ResponseAsync);
        Assert.Equal((Reason.InvalidArgument, "neighbour_chunks"), (error.Reason, error.Param));
    }

    private static async Task<RunningRetrieval> StartAsync()
    {
        var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("shop");
        await UploadAsync(retrieval, "old", "Apples were green once.", """{"year": 1999}""");
        await UploadAsync(retrieval, "new", "Apples are red now and apples are sweet.", """{"year": 2025}""");
        await UploadAsync(retrieval, "plain", "Some apples have no date at all.", "");
        return retrieval;
    }

    private static Task<UploadDocumentResponse> UploadAsync(
        RunningRetrieval retrieval, string id, string text, string metadata) => retrieval.UploadAsync(
        new UploadHeader { Collection = "shop", DocumentId = id, Wait = true, MediaType = "text/plain", MetadataJson = metadata },
        System.Text.Encoding.UTF8.GetBytes(text));

    private static SearchRequest Asked(SearchRequest request)
    {
        var asked = request.Clone();
        asked.Collections.Add("shop");
        asked.Query = "apples";
        return asked;
    }

    private static async Task<IReadOnlyList<string>> IdsAsync(RunningRetrieval retrieval, SearchRequest request) =>
        [.. (await retrieval.Client.SearchAsync(Asked(request))).Results.Select(result => result.Passage.DocumentId)];

    private static Filter Year(double year) => new()
    {
        Comparison = new Comparison { Key = "year", Operator = ComparisonOperator.Equal, Values = { new FilterValue { Number = year } } },
    };

    private static Task<MillraceException> RefusalOf(Func<Task> call) =>
        Assert.ThrowsAsync<MillraceException>(() => call().DefaultTimeout());
}
