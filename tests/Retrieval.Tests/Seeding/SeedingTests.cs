using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Seeding;

public sealed class SeedingTests
{
    [Fact]
    public async Task Start_WithFolder_IngestsItAndIsHealthy()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "a.md", "# Apples\n\nRed.");
        Write(folder, "sub/b.txt", "Pears are green.");
        Write(folder, "sub/c.png", "no text");
        await using var retrieval = await RunningRetrieval.StartAsync(settings: [("Seeding:Folder", folder.Path)]);
        await retrieval.SeededAsync();

        Assert.Equal("sub/b.txt", (await retrieval.SearchAsync("samples", "pears"))[0].Passage.DocumentId);
        Assert.Equal("Healthy", await HealthAsync(retrieval));
        Assert.Equal(2u, (await retrieval.Client.ListCollectionsAsync(new ListCollectionsRequest())).Collections[0].DocumentCount);
    }

    [Fact]
    public async Task Restart_FolderChanged_FollowsItAndLeavesOtherDocumentsAlone()
    {
        using var data = new TemporaryFolder();
        using var folder = new TemporaryFolder();
        Write(folder, "kept.md", "Kept.");
        Write(folder, "gone.md", "Gone.");
        Write(folder, "changed.md", "Before.");
        await using (var first = await RunningRetrieval.StartAsync(data.Path, settings: [("Seeding:Folder", folder.Path)]))
        {
            await first.SeededAsync();
            await first.UploadAsync("samples", "mine.md", "Mine.");
        }

        File.Delete(folder.File("gone.md"));
        Write(folder, "changed.md", "After.");
        await using var second = await RunningRetrieval.StartAsync(data.Path, settings: [("Seeding:Folder", folder.Path)]);
        await second.SeededAsync();

        var documents = (await second.Client.ListDocumentsAsync(new ListDocumentsRequest { Collection = "samples" })).Documents;
        Assert.Equal([("changed.md", 2u), ("kept.md", 1u), ("mine.md", 1u)], documents.Select(document => (document.Id, document.Version)));
        Assert.Equal(1, second.Embedding.EmbedCalls);
    }

    [Fact]
    public async Task Start_EmbeddingDown_IsUnhealthyThenDegradedThenSearchable()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "a.md", "# Apples\n\nRed.");
        await using var retrieval = await RunningRetrieval.StartAsync(
            isEmbeddingDown: true, settings: [("Seeding:Folder", folder.Path), ("Seeding:Timeout", "00:00:01")]);

        Assert.Equal("Unhealthy", await HealthAsync(retrieval));
        await retrieval.SeededAsync();
        Assert.Equal("Degraded", await HealthAsync(retrieval));
        retrieval.Embedding.IsDown = false;
        await retrieval.AllReadyAsync("samples");
    }

    [Fact]
    public async Task Start_OneFileIsRefused_TakesTheOthersAndTellsWhich()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "a.md", new string('x', 2000));
        File.WriteAllBytes(folder.File("b.txt"), [0, 1, 2, 0, 0xff, 0xfe, 0, 3]);
        Write(folder, "c.md", "# Apples\n\nRed.");
        await using var retrieval = await RunningRetrieval.StartAsync(
            settings: [("Seeding:Folder", folder.Path), ("Retrieval:Ingestion:DocumentBytesMax", "1000")]);
        await retrieval.SeededAsync();

        Assert.Equal("c.md", (await retrieval.SearchAsync("samples", "apples"))[0].Passage.DocumentId);
        Assert.Equal("Degraded", await HealthAsync(retrieval));
        foreach (var id in new[] { "a.md", "b.txt" })
            Assert.Contains(retrieval.Service.Errors, error => error.Contains($"'{id}'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_MoreFilesThanTheQueueHolds_TakesThemAll()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 12; i++) Write(folder, $"{i}.txt", $"Apple number{i}.");
        await using var retrieval = await RunningRetrieval.StartAsync(
            settings: [("Seeding:Folder", folder.Path), ("Retrieval:Ingestion:QueuedDocumentsPerTenantMax", "1")]);
        await retrieval.SeededAsync();

        Assert.Equal("Healthy", await HealthAsync(retrieval));
        Assert.Equal(12u, (await retrieval.Client.ListCollectionsAsync(new ListCollectionsRequest())).Collections[0].DocumentCount);
    }

    [Fact]
    public async Task Start_FolderMissing_IsDegradedWithALogLine()
    {
        await using var retrieval = await RunningRetrieval.StartAsync(settings: [("Seeding:Folder", "/no/such/folder")]);
        await retrieval.SeededAsync();

        Assert.Equal("Degraded", await HealthAsync(retrieval));
        Assert.Contains(retrieval.Service.Errors, error => error.Contains("/no/such/folder", StringComparison.Ordinal));
    }

    private static void Write(TemporaryFolder folder, string name, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
        File.WriteAllText(folder.File(name), content);
    }

    private static async Task<string> HealthAsync(RunningRetrieval retrieval)
    {
        using var response = await retrieval.Service.Http.GetAsync("/health");
        using var json = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return json.RootElement.GetProperty("status").GetString()!;
    }
}
