using Microsoft.Extensions.DependencyInjection;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Store;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;
using DocumentState = Millrace.Contracts.Retrieval.V1.DocumentState;

namespace Millrace.Retrieval.Tests.Ingestion;

/// <summary>The embedding service goes away and comes back.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task Upload_EmbeddingDown_WaitsWithItsReasonUntilItIsBack()
    {
        await using var retrieval = await RunningRetrieval.StartAsync(
            isEmbeddingDown: true, settings: [("Retrieval:Ingestion:WaitMax", "00:00:00.100")]);
        await retrieval.CreateAsync("c");

        var waiting = await retrieval.UploadAsync("c", "a.txt", "An apple.");
        Assert.Contains(waiting.Document.State, new[] { DocumentState.Queued, DocumentState.Processing });
        Assert.Contains("embedding", await retrieval.PostponedAsync("c", "a.txt"), StringComparison.Ordinal);

        retrieval.Embedding.IsDown = false;
        await retrieval.AllReadyAsync("c");
        Assert.Single(await retrieval.SearchAsync("c", "apple"));
        Assert.Equal(
            "",
            (await retrieval.Client.GetDocumentAsync(new GetDocumentRequest { Collection = "c", DocumentId = "a.txt" })).Document.Error);
    }

    [Fact]
    public async Task Search_EmbeddingDown_DegradesToKeywords()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c");
        await retrieval.UploadAsync("c", "a.txt", "An apple.");
        retrieval.Embedding.IsDown = true;

        var hybrid = await retrieval.SearchAsync("c", "apple", SearchMode.Hybrid);
        var refusal = await Assert.ThrowsAsync<MillraceException>(
            () => retrieval.SearchAsync("c", "apple", SearchMode.Dense).DefaultTimeout());
        var context = await retrieval.Client.BuildContextAsync(
            new BuildContextRequest { Search = new SearchRequest { Collections = { "c" }, Query = "apple", Rerank = RerankMode.On } });

        Assert.Equal(["bm25"], Assert.Single(hybrid).Stages.Select(stage => stage.Stage));
        Assert.Equal(Reason.UpstreamUnavailable, refusal.Reason);
        Assert.Equal("[1] (Source: a.txt)\nAn apple.", context.Text);
        Assert.Empty(retrieval.Service.Errors);
    }

    [Fact]
    public async Task Ingest_DiskFullFirst_BecomesReadyWhenThereIsRoom()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c", chunkTokensMax: 16);
        var database = retrieval.Service.Services.GetRequiredService<RetrievalDatabase>();
        retrieval.Embedding.BeforeEmbed = _ => LimitAsync(database, pages: 1);

        var text = string.Join("\n\n", Enumerable.Range(0, 50).Select(i => $"Paragraph number{i} has a dozen or so of plain words."));
        await retrieval.UploadAsync("c", "a.txt", text, wait: false);
        Assert.Contains("disk", await retrieval.PostponedAsync("c", "a.txt"), StringComparison.Ordinal);
        retrieval.Embedding.BeforeEmbed = _ => Task.CompletedTask;
        await LimitAsync(database, pages: 1_000_000);

        await retrieval.AllReadyAsync("c");
        Assert.NotEmpty(await retrieval.SearchAsync("c", "number7"));
    }

    [Fact]
    public async Task Restart_WithQueuedDocument_GoesOnWithIt()
    {
        using var data = new TemporaryFolder();
        await using (var first = await RunningRetrieval.StartAsync(data.Path, isEmbeddingDown: true))
        {
            await first.CreateAsync("c");
            await first.UploadAsync("c", "a.txt", "An apple.", wait: false);
        }

        await using var second = await RunningRetrieval.StartAsync(data.Path);
        await second.AllReadyAsync("c");
        Assert.Single(await second.SearchAsync("c", "apple", SearchMode.Dense));
    }

    private static Task<int> LimitAsync(RetrievalDatabase database, int pages) => database.WriteAsync(
        connection => Dapper.SqlMapper.Execute(connection, $"PRAGMA max_page_count={pages}"), CancellationToken.None);
}
