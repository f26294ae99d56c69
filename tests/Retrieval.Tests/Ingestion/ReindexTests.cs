using System.Runtime.InteropServices;
using Google.Protobuf;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Ingestion;

/// <summary>A collection is indexed anew while it is searched and changed.</summary>
public sealed class ReindexTests
{
    [Fact]
    public async Task Reindex_OtherCutting_ChangesOverAtOnceWithoutGapOrMixture()
    {
        await using var retrieval = await RunningRetrieval.StartAsync(settings: [("Retrieval:Ingestion:RetiredIndexAge", "00:00:10")]);
        await retrieval.CreateAsync("c", chunkTokensMax: 100);
        for (var i = 0; i < 20; i++) await retrieval.UploadAsync("c", $"{i}.txt", Text(i));
        var before = (await CollectionAsync(retrieval)).ChunkCount;

        await retrieval.Client.ReindexCollectionAsync(Request());
        HashSet<bool> seen = [];
        while ((await CollectionAsync(retrieval)).Reindexing is not null) seen.Add(await IsFineAsync(retrieval));
        var after = await CollectionAsync(retrieval);

        Assert.Equal(20u, before);
        Assert.Equal((60u, 16u), (after.ChunkCount, after.Chunking.ChunkTokensMax));
        Assert.True(await IsFineAsync(retrieval));
        Assert.Equal(3u, (await DocumentAsync(retrieval, "7.txt")).ChunkCount);
        Assert.Null((await retrieval.Client.ReindexCollectionAsync(Request())).Collection.Reindexing);
        Assert.Empty(retrieval.Service.Errors);
    }

    [Fact]
    public async Task Reindex_OtherModelAndDimension_SearchesWithThem()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c");
        await retrieval.UploadAsync("c", "a.txt", "An apple.");
        await retrieval.Client.ReindexCollectionAsync(
            new ReindexCollectionRequest { Name = "c", EmbeddingModel = "other", Dimension = 64 });
        await DoneAsync(retrieval);

        var collection = await CollectionAsync(retrieval);
        Assert.Equal(("other", 64u), (collection.EmbeddingModel, collection.Dimension));
        Assert.Single(await retrieval.SearchAsync("c", "apple", SearchMode.Dense));
        Assert.Equal("a.txt", Assert.Single(await LateAsync(retrieval)).Passage.DocumentId);
        await retrieval.UploadAsync("c", "b.txt", "Some quinces.");
        Assert.Equal("b.txt", (await retrieval.SearchAsync("c", "quinces", SearchMode.Dense))[0].Passage.DocumentId);
    }

    [Fact]
    public async Task Reindex_DocumentsChangeMeanwhile_EndsWithThemAsTheyAre()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c", chunkTokensMax: 100);
        for (var i = 0; i < 10; i++) await retrieval.UploadAsync("c", $"{i}.txt", Text(i));

        await retrieval.Client.ReindexCollectionAsync(Request());
        for (var i = 0; i < 5; i++) await retrieval.UploadAsync("c", $"{i}.txt", Text(i + 100), wait: false);
        await retrieval.Client.DeleteDocumentAsync(new DeleteDocumentRequest { Collection = "c", DocumentId = "9.txt" });
        for (var i = 10; i < 15; i++) await retrieval.UploadAsync("c", $"{i}.txt", Text(i), wait: false);
        await DoneAsync(retrieval);
        await retrieval.AllReadyAsync("c");

        Assert.Equal(14u * 3, (await CollectionAsync(retrieval)).ChunkCount);
        foreach (var i in (int[])[100, 104, 5, 8, 10, 14]) Assert.Equal(3, (await FoundAsync(retrieval, i)).Count);
        foreach (var i in (int[])[0, 4, 9]) Assert.Empty(await FoundAsync(retrieval, i));
    }

    [Fact]
    public async Task Reindex_UploadsWithoutEnd_EndsAllTheSame()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c", chunkTokensMax: 100);
        for (var i = 0; i < 10; i++) await retrieval.UploadAsync("c", $"{i}.txt", Text(i));
        using var stop = new CancellationTokenSource();
        var uploads = Enumerable.Range(1, 3).Select(lane => UploadAsync(lane * 100_000)).ToList();

        await retrieval.Client.ReindexCollectionAsync(Request());
        await DoneAsync(retrieval);
        await stop.CancelAsync();
        var last = await Task.WhenAll(uploads);
        await retrieval.AllReadyAsync("c");

        Assert.Equal(13u * 3, (await CollectionAsync(retrieval)).ChunkCount);
        foreach (var i in (int[])[0, 9, .. last]) Assert.Equal(3, (await FoundAsync(retrieval, i)).Count);
        Assert.Empty(retrieval.Service.Errors);

        async Task<int> UploadAsync(int first)
        {
            for (var i = first; ; i++)
            {
                await retrieval.UploadAsync("c", $"lane{first}.txt", Text(i), wait: false);
                if (stop.IsCancellationRequested) return i;
            }
        }
    }

    [Fact]
    public async Task Reindex_DocumentWhoseNewVersionFailed_KeepsTheOneThatIsFound()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.Client.CreateCollectionAsync(
            new CreateCollectionRequest { Name = "c", EmbeddingModel = FakeEmbeddingService.PickyModel });
        await retrieval.UploadAsync("c", "a.txt", "An apple.");
        Assert.Equal(DocumentState.Failed, (await retrieval.UploadAsync("c", "a.txt", "An apple with poison.")).Document.State);

        foreach (var request in new[] { Request(), new ReindexCollectionRequest { Name = "c", EmbeddingModel = "other" } })
        {
            await retrieval.Client.ReindexCollectionAsync(request);
            await DoneAsync(retrieval);
            Assert.Equal("An apple.", Assert.Single(await retrieval.SearchAsync("c", "apple")).Passage.Text);
        }

        Assert.Equal(DocumentState.Failed, (await DocumentAsync(retrieval, "a.txt")).State);
    }

    [Fact]
    public async Task Reindex_DocumentThatTheNewModelRefuses_TellsItAndKeepsTheOldIndex()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c");
        await retrieval.UploadAsync("c", "a.txt", "An apple with poison.");
        await retrieval.Client.ReindexCollectionAsync(
            new ReindexCollectionRequest { Name = "c", EmbeddingModel = FakeEmbeddingService.PickyModel });
        Collection collection;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        do collection = await CollectionAsync(retrieval);
        while (collection.Reindexing.Error.Length == 0 && await timer.WaitForNextTickAsync());

        Assert.Contains("a.txt", collection.Reindexing.Error, StringComparison.Ordinal);
        Assert.Equal(FakeEmbeddingService.Model, collection.EmbeddingModel);
        Assert.Single(await retrieval.SearchAsync("c", "apple", SearchMode.Dense));
        await retrieval.Client.ReindexCollectionAsync(new ReindexCollectionRequest { Name = "c", EmbeddingModel = "other" });
        await DoneAsync(retrieval);
        Assert.Equal("other", (await CollectionAsync(retrieval)).EmbeddingModel);
    }

    [Fact]
    public async Task Reindex_NotValid_IsRefused()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c");
        await retrieval.UploadAsync("c", "a.txt", "An apple.");
        retrieval.Embedding.IsDown = true;
        await retrieval.Client.ReindexCollectionAsync(Request());

        Assert.Equal(Reason.AlreadyExists, await RefusalOf(retrieval, Request(20)));
        Assert.Equal(Reason.CollectionNotFound, await RefusalOf(retrieval, new ReindexCollectionRequest { Name = "nosuch" }));
        Assert.Equal(Reason.InvalidArgument, await RefusalOf(retrieval, Request(3)));
        retrieval.Embedding.IsDown = false;
        Assert.Equal(
            Reason.ModelNotFound,
            await RefusalOf(retrieval, new ReindexCollectionRequest { Name = "c", EmbeddingModel = FakeEmbeddingService.UnknownModel }));
        await retrieval.Client.DeleteCollectionAsync(new DeleteCollectionRequest { Name = "c" });
        Assert.Empty((await retrieval.Client.ListCollectionsAsync(new ListCollectionsRequest())).Collections);
    }

    [Fact]
    public async Task Reindex_ServiceRestarted_GoesOn()
    {
        using var data = new TemporaryFolder();
        await using (var first = await RunningRetrieval.StartAsync(data.Path))
        {
            await first.CreateAsync("c", chunkTokensMax: 100);
            for (var i = 0; i < 5; i++) await first.UploadAsync("c", $"{i}.txt", Text(i));
            first.Embedding.IsDown = true;
            await first.Client.ReindexCollectionAsync(Request());
        }

        await using var second = await RunningRetrieval.StartAsync(data.Path);
        await DoneAsync(second);
        Assert.Equal(15u, (await CollectionAsync(second)).ChunkCount);
    }

    // A caller who does not know of the new model yet.
    private static async Task<IReadOnlyList<SearchResult>> LateAsync(RunningRetrieval retrieval) => (await retrieval.Client.SearchAsync(
        new SearchRequest
        {
            Collections = { "c" },
            Query = "apple",
            Mode = SearchMode.Dense,
            QueryVector = ByteString.CopyFrom(MemoryMarshal.AsBytes(FakeEmbeddingService.Vector("apple").AsSpan())),
            QueryDimension = FakeEmbeddingService.Dimension,
            QueryVectorModel = FakeEmbeddingService.Model,
        })).Results;

    private static string Text(int i) => string.Join(
        "\n\n", Enumerable.Range(0, 3).Select(part => $"Paragraph{part} of document{i} has a dozen or so of plain words."));

    private static ReindexCollectionRequest Request(uint tokensMax = 16) =>
        new() { Name = "c", Chunking = new ChunkingSettings { ChunkTokensMax = tokensMax } };

    private static async Task<Collection> CollectionAsync(RunningRetrieval retrieval) =>
        (await retrieval.Client.ListCollectionsAsync(new ListCollectionsRequest())).Collections.Single();

    private static async Task<Document> DocumentAsync(RunningRetrieval retrieval, string id) =>
        (await retrieval.Client.GetDocumentAsync(new GetDocumentRequest { Collection = "c", DocumentId = id })).Document;

    private static Task<IReadOnlyList<SearchResult>> FoundAsync(RunningRetrieval retrieval, int i) =>
        retrieval.SearchAsync("c", $"document{i}", SearchMode.Keyword);

    // The whole document as one, or its three parts: never both, and never fewer.
    private static async Task<bool> IsFineAsync(RunningRetrieval retrieval)
    {
        var lengths = (await FoundAsync(retrieval, 7)).Select(result => result.Passage.Length > 100).ToList();
        Assert.True(lengths is [true] or [false, false, false], string.Join(' ', lengths));
        return true;
    }

    private static async Task DoneAsync(RunningRetrieval retrieval)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        using var limit = new CancellationTokenSource(TaskTimeouts.Default);
        while ((await CollectionAsync(retrieval)).Reindexing is { } going)
        {
            Assert.Equal("", going.Error);
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private static async Task<Reason> RefusalOf(RunningRetrieval retrieval, ReindexCollectionRequest request) =>
        (await Assert.ThrowsAsync<MillraceException>(
            () => retrieval.Client.ReindexCollectionAsync(request).ResponseAsync.DefaultTimeout())).Reason;
}
