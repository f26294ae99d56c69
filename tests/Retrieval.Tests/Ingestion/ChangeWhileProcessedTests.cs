using Microsoft.Extensions.DependencyInjection;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Store;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;
using DocumentState = Millrace.Contracts.Retrieval.V1.DocumentState;

namespace Millrace.Retrieval.Tests.Ingestion;

/// <summary>Documents are described, replaced and deleted while they are being embedded, through the whole service.</summary>
public sealed class ChangeWhileProcessedTests
{
    private static readonly string[] Ids = ["kept.txt", "labelled.txt", "replaced.txt", "deleted.txt", "back.txt"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Change_DocumentsAreBeingEmbedded_EndsAsTheLastChangeSays(bool isReindexing)
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c", chunkTokensMax: 100);
        foreach (var id in Ids) await retrieval.UploadAsync("c", id, $"Old apple of {id}.");
        var gate = new TaskCompletionSource();
        retrieval.Embedding.BeforeEmbed = request =>
            request.Inputs.Any(input => input.Contains("quince", StringComparison.Ordinal)) ? gate.Task : Task.CompletedTask;
        var anew = new ReindexCollectionRequest { Name = "c", Chunking = new ChunkingSettings { ChunkTokensMax = 50 } };
        if (isReindexing) await retrieval.Client.ReindexCollectionAsync(anew);
        foreach (var id in Ids) await retrieval.UploadAsync("c", id, $"New quince of {id}.", wait: false);
        await UntilAsync(async () => await CountAsync(retrieval, DocumentState.Processing) == Ids.Length);

        await retrieval.Client.UpdateDocumentAsync(new UpdateDocumentRequest
        {
            Collection = "c", DocumentId = "labelled.txt", AccessLabels = new AccessLabels { Labels = { "hr" } },
        });
        await retrieval.UploadAsync("c", "replaced.txt", "Newest quince of replaced.txt.", wait: false);
        await retrieval.Client.DeleteDocumentAsync(new DeleteDocumentRequest { Collection = "c", DocumentId = "deleted.txt" });
        await retrieval.Client.DeleteDocumentAsync(new DeleteDocumentRequest { Collection = "c", DocumentId = "back.txt" });
        await retrieval.UploadAsync("c", "back.txt", "Back quince of back.txt.", wait: false);
        gate.SetResult();
        await retrieval.AllReadyAsync("c");
        await UntilAsync(async () => (await CollectionAsync(retrieval)).Reindexing is null);

        string[] open = ["Back quince of back.txt.", "New quince of kept.txt.", "Newest quince of replaced.txt."];
        Assert.Equal(open, await FoundAsync(retrieval, "quince"));
        Assert.Equal([open[0], open[1], "New quince of labelled.txt.", open[2]], await FoundAsync(retrieval, "quince", "hr"));
        Assert.Empty(await FoundAsync(retrieval, "apple", "hr"));
        await IndexIsTheTruthAsync(retrieval);
        Assert.Empty(retrieval.Service.Errors);
    }

    [Fact]
    public async Task DeleteCollection_SomebodyWaitsForADocument_IsToldAtOnce()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c");
        var (embedding, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        retrieval.Embedding.BeforeEmbed = _ =>
        {
            embedding.TrySetResult();
            return gate.Task;
        };
        var upload = retrieval.UploadAsync("c", "a.txt", "An apple.");
        await embedding.Task.DefaultTimeout();

        await retrieval.Client.DeleteCollectionAsync(new DeleteCollectionRequest { Name = "c" });

        Assert.Equal(Reason.DocumentNotFound, (await Assert.ThrowsAsync<MillraceException>(() => upload)).Reason);
        gate.SetResult();
    }

    private static async Task<IReadOnlyList<string>> FoundAsync(RunningRetrieval retrieval, string query, params string[] labels)
    {
        var request = new SearchRequest { Collections = { "c" }, Query = query, Mode = SearchMode.Keyword, TopK = 50 };
        request.AccessLabels.Add(labels);
        var found = (await retrieval.Client.SearchAsync(request)).Results;
        return [.. found.Select(result => result.Passage.Text).Order(StringComparer.Ordinal)];
    }

    private static async Task IndexIsTheTruthAsync(RunningRetrieval retrieval)
    {
        var services = retrieval.Service.Services;
        await UntilAsync(() => Task.FromResult(services.GetRequiredService<OutboxStore>().Next([], 1).Count == 0));
        var collection = services.GetRequiredService<CollectionStore>().Require(new CollectionKey(CallContext.DefaultTenant, "c"));
        List<long> indexed = [];
        await foreach (var chunk in services.GetRequiredService<IChunkIndex>().ChunksAsync(collection.Index, CancellationToken.None))
            indexed.Add(chunk);
        Assert.Equal(services.GetRequiredService<EditionStore>().Documents(collection.Active.Row).Keys.Order(), indexed.Order());
        Assert.Equal(indexed.Count, collection.ChunkCount);
    }

    private static async Task<int> CountAsync(RunningRetrieval retrieval, DocumentState state) =>
        (await retrieval.Client.ListDocumentsAsync(new ListDocumentsRequest { Collection = "c", State = state })).Documents.Count;

    private static async Task<Collection> CollectionAsync(RunningRetrieval retrieval) =>
        (await retrieval.Client.ListCollectionsAsync(new ListCollectionsRequest())).Collections.Single();

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        using var limit = new CancellationTokenSource(TaskTimeouts.Default);
        while (!await isSo()) await timer.WaitForNextTickAsync(limit.Token);
    }
}
