using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Contracts.Retrieval.V1;
using Millrace.QdrantServer;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Index.Qdrant;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Hosting;

namespace Millrace.Retrieval.Tests.Index.Qdrant;

/// <summary>The whole service over a Qdrant server.</summary>
public sealed class QdrantServiceTests
{
    [Fact]
    public async Task Service_OnQdrant_FindsWhatWasUploadedAndNotWhatWasDeleted()
    {
        await using var server = await FakeQdrant.StartAsync(apiKey: "secret");
        await using var retrieval = await StartAsync(server);
        await retrieval.CreateAsync("docs");
        Assert.IsType<QdrantIndex>(retrieval.Service.Services.GetRequiredService<IChunkIndex>());

        await retrieval.UploadAsync("docs", "mill", "The mill wheel turns in the race.");
        await retrieval.UploadAsync("docs", "weir", "The weir holds the water back.");
        foreach (var mode in (SearchMode[])[SearchMode.Keyword, SearchMode.Dense, SearchMode.Hybrid])
            Assert.Equal("weir", (await retrieval.SearchAsync("docs", "Which weir holds water?", mode))[0].Passage.DocumentId);

        await retrieval.UploadAsync("docs", "weir", "The sluice is open.");
        Assert.Empty(await retrieval.SearchAsync("docs", "water", SearchMode.Keyword));
        await retrieval.Client.DeleteDocumentAsync(new DeleteDocumentRequest { Collection = "docs", DocumentId = "mill" });
        Assert.Empty(await retrieval.SearchAsync("docs", "wheel", SearchMode.Keyword));
        Assert.Equal("sluice", Assert.Single(await retrieval.SearchAsync("docs", "sluice", SearchMode.Dense)).Passage.Text.Split(' ')[1]);
    }

    [Fact]
    public async Task Service_OnQdrant_FindsByMetadataAndLabels()
    {
        await using var server = await FakeQdrant.StartAsync(apiKey: "secret");
        await using var retrieval = await StartAsync(server);
        await retrieval.CreateAsync("docs");
        foreach (var (id, year, labels) in new[] { ("old", 2020, Array.Empty<string>()), ("new", 2025, []), ("secret", 2025, ["board"]) })
        {
            var header = new UploadHeader
            {
                Collection = "docs", DocumentId = id, MediaType = "text/plain", Wait = true, MetadataJson = $$"""{"year":{{year}}}""",
                AccessLabels = { labels },
            };
            await retrieval.UploadAsync(header, Encoding.UTF8.GetBytes($"The mill wheel of {id}."));
        }

        var since2024 = new Filter
        {
            Comparison = new Comparison
            {
                Key = "year", Operator = ComparisonOperator.GreaterOrEqual, Values = { new FilterValue { Number = 2024 } },
            },
        };
        Assert.Equal(["new"], await FindAsync(retrieval, since2024));
        Assert.Equal(["new", "secret"], await FindAsync(retrieval, since2024, "board"));
        Assert.Equal(["new", "old"], await FindAsync(retrieval, filter: null));
    }

    [Fact]
    public async Task Service_WhileTheServerIsAway_TakesDocumentsAndFindsThemWhenItIsBack()
    {
        await using var server = await FakeQdrant.StartAsync(apiKey: "secret");
        await using var retrieval = await StartAsync(server);
        await retrieval.CreateAsync("docs");
        await retrieval.UploadAsync("docs", "mill", "The mill wheel turns in the race.");
        Assert.Equal("Healthy", await HealthAsync(retrieval));
        await server.StopAsync();

        await retrieval.UploadAsync("docs", "weir", "The weir holds the water back.", wait: false);
        var failure = await Assert.ThrowsAsync<MillraceException>(() => retrieval.SearchAsync("docs", "wheel", SearchMode.Keyword));
        Assert.Equal(Reason.UpstreamUnavailable, failure.Reason);
        Assert.Contains("(Qdrant) does not answer", failure.Message, StringComparison.Ordinal);
        Assert.Equal("Degraded", await HealthAsync(retrieval));

        await server.StartAgainAsync();
        await retrieval.AllReadyAsync("docs");
        Assert.Equal("weir", Assert.Single(await retrieval.SearchAsync("docs", "water", SearchMode.Keyword)).Passage.DocumentId);
        Assert.Equal("mill", Assert.Single(await retrieval.SearchAsync("docs", "wheel", SearchMode.Keyword)).Passage.DocumentId);
        Assert.Equal("Healthy", await HealthAsync(retrieval));
    }

    [Fact]
    public void AddRetrieval_QdrantWithoutAServer_SaysWhatToSet()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["Retrieval:Index:Kind"] = "qdrant";

        var error = Assert.Throws<StartupException>(builder.AddRetrieval);

        Assert.Contains("ConnectionStrings:qdrant", error.Message, StringComparison.Ordinal);
    }

    private static Task<RunningRetrieval> StartAsync(FakeQdrant server) => RunningRetrieval.StartAsync(settings:
    [
        ("Retrieval:Index:Kind", "qdrant"),
        ("ConnectionStrings:qdrant", $"Endpoint={server.Address};Key=secret"),
        ("Retrieval:Qdrant:RetryDelay", "00:00:00.001"),
        ("Retrieval:Qdrant:RetryDelayMax", "00:00:00.002"),
    ]);

    private static async Task<IEnumerable<string>> FindAsync(RunningRetrieval retrieval, Filter? filter, params string[] labels)
    {
        var request = new SearchRequest { Collections = { "docs" }, Query = "wheel", Filter = filter, AccessLabels = { labels } };
        var found = await retrieval.Client.SearchAsync(request);
        return found.Results.Select(result => result.Passage.DocumentId).Order(StringComparer.Ordinal);
    }

    private static async Task<string?> HealthAsync(RunningRetrieval retrieval)
    {
        using var json = JsonDocument.Parse(await retrieval.Service.Http.GetStringAsync("/health"));
        return json.RootElement.GetProperty("checks").GetProperty("qdrant").GetProperty("status").GetString();
    }
}
