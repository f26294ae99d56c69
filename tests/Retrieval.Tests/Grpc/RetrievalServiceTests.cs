using Google.Protobuf;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Grpc;

/// <summary>The whole service over real gRPC.</summary>
public sealed class RetrievalServiceTests
{
    private const string Returns = """
        # Returns

        You may send anything back within 30 days.

        ## Refunds

        The money is on your card after seven working days. 😀

        ## Mattresses

        Mattresses cannot be returned.
        """;

    [Fact]
    public async Task Upload_ThenSearch_FindsThePassageWithItsPlace()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("shop");

        var uploaded = await retrieval.UploadAsync("shop", "policies/returns.md", Returns);
        var results = await retrieval.SearchAsync("shop", "When do I get the money on my card?");

        Assert.Equal(DocumentState.Ready, uploaded.Document.State);
        Assert.Equal(("Returns", 1u, 3u), (uploaded.Document.Title, uploaded.Document.Version, uploaded.Document.ChunkCount));
        var passage = results[0].Passage;
        Assert.Equal("The money is on your card after seven working days. 😀", passage.Text);
        Assert.Equal(["Returns", "Refunds"], passage.Breadcrumb);
        Assert.Equal(
            ("policies/returns.md#v1.1", "policies/returns.md", 1u), (passage.ChunkId, passage.DocumentId, passage.DocumentVersion));
        Assert.Equal((uint)FakeEmbeddingService.CountTokens(passage.Text), passage.TokenCount);
        Assert.Equal((uint)passage.Text.Length, passage.Length);
        Assert.Equal(["bm25", "dense", "score"], results[0].Stages.Select(stage => stage.Stage));
        Assert.Equal(results[0].Score, results[0].Stages[^1].Score);
        Assert.Empty(retrieval.Service.Errors);
    }

    [Fact]
    public async Task Search_EachMode_TellsItsStages()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("shop");
        await retrieval.UploadAsync("shop", "r.md", Returns);

        Assert.Equal(
            ["bm25"], (await retrieval.SearchAsync("shop", "mattresses", SearchMode.Keyword))[0].Stages.Select(stage => stage.Stage));
        Assert.Equal(
            ["dense"], (await retrieval.SearchAsync("shop", "mattresses", SearchMode.Dense))[0].Stages.Select(stage => stage.Stage));
        var reranked = await retrieval.Client.SearchAsync(
            new SearchRequest { Collections = { "shop" }, Query = "mattresses", Rerank = RerankMode.On, Explain = true, TopK = 1 });
        Assert.Equal("rerank", Assert.Single(reranked.Results).Stages[^1].Stage);
        Assert.Equal("Mattresses cannot be returned.", reranked.Results[0].Passage.Text);
    }

    [Fact]
    public async Task Search_WithTheCallersVector_AsksForNoEmbedding()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("shop");
        await retrieval.UploadAsync("shop", "r.md", Returns);
        var calls = retrieval.Embedding.EmbedCalls;
        var vector = FakeEmbeddingService.Vector("mattresses");
        var request = new SearchRequest
        {
            Collections = { "shop" },
            Query = "anything",
            QueryVector = ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes(vector.AsSpan())),
            QueryDimension = (uint)vector.Length,
            Mode = SearchMode.Dense,
        };

        var found = await retrieval.Client.SearchAsync(request);

        Assert.Equal("Mattresses cannot be returned.", found.Results[0].Passage.Text);
        Assert.Equal(calls, retrieval.Embedding.EmbedCalls);
        request.QueryVector = ByteString.CopyFrom(new byte[8]);
        request.QueryDimension = 2;
        Assert.Equal(Reason.InvalidArgument, await RefusalOf(() => retrieval.Client.SearchAsync(request).ResponseAsync));
    }

    [Fact]
    public async Task Upload_Again_IsANoOpOrAReplacement()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("shop");
        await retrieval.UploadAsync("shop", "r.md", Returns);

        Assert.True((await retrieval.UploadAsync("shop", "r.md", Returns)).Unchanged);
        var replaced = await retrieval.UploadAsync("shop", "r.md", "# Returns\n\nNothing is taken back.");
        Assert.False(replaced.Unchanged);
        Assert.Equal((2u, 1u), (replaced.Document.Version, replaced.Document.ChunkCount));
        Assert.Empty(await retrieval.SearchAsync("shop", "mattresses", SearchMode.Keyword));
        Assert.Equal(0u, (await retrieval.UploadAsync("shop", "r.md", "")).Document.ChunkCount);
        Assert.Empty(await retrieval.SearchAsync("shop", "nothing taken", SearchMode.Hybrid));
    }

    [Fact]
    public async Task Delete_Document_IsInvisibleAtOnce()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("shop");
        await retrieval.UploadAsync("shop", "r.md", Returns);
        Assert.NotEmpty(await retrieval.SearchAsync("shop", "mattresses"));

        await retrieval.Client.DeleteDocumentAsync(new DeleteDocumentRequest { Collection = "shop", DocumentId = "r.md" });

        Assert.Empty(await retrieval.SearchAsync("shop", "mattresses"));
        var again = new DeleteDocumentRequest { Collection = "shop", DocumentId = "r.md" };
        Assert.Equal(Reason.DocumentNotFound, await RefusalOf(() => retrieval.Client.DeleteDocumentAsync(again).ResponseAsync));
        Assert.Equal(0u, (await retrieval.Client.ListCollectionsAsync(new ListCollectionsRequest())).Collections[0].DocumentCount);
    }

    [Fact]
    public async Task EveryCall_OtherTenant_SeesNothing()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("shop");
        await retrieval.UploadAsync("shop", "r.md", Returns);

        CallContext.Current = new CallContext("other", "req");
        Assert.Empty((await retrieval.Client.ListCollectionsAsync(new ListCollectionsRequest())).Collections);
        Assert.Equal(Reason.CollectionNotFound, await RefusalOf(() => retrieval.SearchAsync("shop", "mattresses")));
        Assert.Equal(Reason.CollectionNotFound, await RefusalOf(() => retrieval.UploadAsync("shop", "r.md", "x")));
        await retrieval.CreateAsync("shop");
        Assert.Empty(await retrieval.SearchAsync("shop", "mattresses"));
    }

    [Fact]
    public async Task CreateCollection_Again_ReturnsItOrSaysWhatDiffers()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c", chunkTokensMax: 50);
        await retrieval.CreateAsync("c", chunkTokensMax: 50);
        await retrieval.CreateAsync("c");

        Assert.Equal(Reason.AlreadyExists, await RefusalOf(() => retrieval.CreateAsync("c", chunkTokensMax: 60)));
        Assert.Equal(Reason.InvalidArgument, await RefusalOf(() => retrieval.CreateAsync("d", chunkTokensMax: 3)));
        Assert.Equal(Reason.InvalidArgument, await RefusalOf(() => retrieval.CreateAsync("a/b")));
        await retrieval.Client.DeleteCollectionAsync(new DeleteCollectionRequest { Name = "c" });
        Assert.Equal(
            Reason.CollectionNotFound,
            await RefusalOf(() => retrieval.Client.DeleteCollectionAsync(new DeleteCollectionRequest { Name = "c" }).ResponseAsync));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task ListDocuments_ByPages_ReturnsEachOnceAndNoEmptyPage(int count)
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c");
        for (var i = 0; i < count; i++) await retrieval.UploadAsync("c", $"d{i}.txt", $"text {i}");

        List<string> ids = [];
        var token = "";
        do
        {
            var page = await retrieval.Client.ListDocumentsAsync(
                new ListDocumentsRequest { Collection = "c", PageSize = 2, PageToken = token });
            Assert.NotEmpty(page.Documents);
            ids.AddRange(page.Documents.Select(document => document.Id));
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        Assert.Equal(Enumerable.Range(0, count).Select(i => $"d{i}.txt"), ids);
    }

    [Fact]
    public async Task Upload_NotValid_IsRefusedByName()
    {
        await using var retrieval = await RunningRetrieval.StartAsync(settings: [("Retrieval:Ingestion:DocumentBytesMax", "1000000")]);
        await retrieval.CreateAsync("c");

        Assert.Equal(Reason.CollectionNotFound, await RefusalOf(() => retrieval.UploadAsync("nosuch", "a.md", "x")));
        Assert.Equal(Reason.UnsupportedMediaType, await RefusalOf(() => retrieval.UploadAsync("c", "a.png", "x")));
        Assert.Equal(Reason.InvalidArgument, await RefusalOf(() => retrieval.UploadAsync("c", "", "x")));
        Assert.Equal(Reason.InvalidArgument, await RefusalOf(() => retrieval.UploadAsync("c", "a\nb.md", "x")));
        Assert.Equal(Reason.PayloadTooLarge, await RefusalOf(() => retrieval.UploadAsync("c", "a.txt", new string('x', 1_000_001))));
        var header = new UploadHeader { Collection = "c", DocumentId = "a.txt" };
        var error = await Assert.ThrowsAsync<MillraceException>(() => retrieval.UploadAsync(header, [0x61, 0xFF]));
        Assert.Contains("byte 1 ", error.Message, StringComparison.Ordinal);
        header.Metadata.Add("", "x");
        Assert.Equal(Reason.InvalidArgument, await RefusalOf(() => retrieval.UploadAsync(header, [0x61])));
    }

    [Fact]
    public async Task Search_NotValid_IsRefusedByName()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c");

        Assert.Equal(Reason.InvalidArgument, await RefusalOf(() => retrieval.SearchAsync("c", " ")));
        Assert.Equal(Reason.InvalidArgument, await RefusalOf(() => retrieval.SearchAsync("c", new string('x', 9000))));
        Assert.Equal(
            Reason.InvalidArgument, await RefusalOf(() => retrieval.Client.SearchAsync(new SearchRequest { Query = "x" }).ResponseAsync));
        var tooMany = new SearchRequest { Collections = { "c" }, Query = "x", TopK = 4_000_000_000 };
        Assert.Equal(Reason.InvalidArgument, await RefusalOf(() => retrieval.Client.SearchAsync(tooMany).ResponseAsync));
        Assert.Equal(
            Reason.InvalidArgument, await RefusalOf(() => retrieval.Client.BuildContextAsync(new BuildContextRequest()).ResponseAsync));
        Assert.Empty(await retrieval.SearchAsync("c", "\"unbalanced AND ( NEAR"));
    }

    [Fact]
    public async Task BuildContext_WithinBudget_IsNumberedRenderedAndCountedExactly()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("shop");
        await retrieval.UploadAsync("shop", "r.md", Returns);
        var search = new SearchRequest { Collections = { "shop" }, Query = "mattresses returned money card", Mode = SearchMode.Keyword };

        var whole = await retrieval.Client.BuildContextAsync(new BuildContextRequest { Search = search });
        var expected = string.Join("\n\n---\n\n", whole.Passages.Select(p => $"[{p.Number}] (Source: r.md)\n{p.Passage.Text}"));

        Assert.Equal(expected, whole.Text);
        Assert.Equal((uint)FakeEmbeddingService.CountTokens(whole.Text), whole.TokenCount);
        Assert.Equal(0u, whole.DroppedCount);
        for (var tokensMax = whole.TokenCount; tokensMax > 0; tokensMax--)
        {
            var packed = await retrieval.Client.BuildContextAsync(new BuildContextRequest { Search = search, TokensMax = tokensMax });
            Assert.True(packed.TokenCount <= tokensMax);
            Assert.Equal((uint)whole.Passages.Count, packed.DroppedCount + (uint)packed.Passages.Count);
            Assert.Equal(tokensMax < whole.TokenCount, packed.DroppedCount > 0);
        }
    }

    [Fact]
    public async Task Upload_FirstMessageWithoutHeader_IsRefused()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        using var call = retrieval.Client.UploadDocument();
        await call.RequestStream.WriteAsync(new UploadDocumentRequest { Content = ByteString.CopyFromUtf8("x") });
        await call.RequestStream.CompleteAsync();

        Assert.Equal(Reason.InvalidArgument, await RefusalOf(() => call.ResponseAsync));
    }

    private static async Task<Reason> RefusalOf(Func<Task> call) =>
        (await Assert.ThrowsAsync<MillraceException>(() => call().DefaultTimeout())).Reason;
}
