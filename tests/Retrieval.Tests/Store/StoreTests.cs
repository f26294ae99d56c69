using System.Text.Json;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Store;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Hosting;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Store;

/// <summary>What every store of documents and vectors must keep.</summary>
public sealed class StoreTests
{
    [Fact]
    public async Task Search_OtherTenantsCollectionOfTheSameName_IsNeverSeen()
    {
        using var store = new StoreFixture();
        var mine = await store.CreateAsync("mine", "c");
        var yours = await store.CreateAsync("yours", "c");
        await store.PutReadyAsync(mine.Key, "d", ["my apple"]);
        await store.PutReadyAsync(yours.Key, "d", ["your apple"]);

        Assert.Equal(["my apple"], await store.FindAsync(mine, "apple"));
        Assert.Equal(["your apple"], await store.FindAsync(yours, "apple"));
        Assert.Single(store.Collections.List("mine"));
        Assert.Null(store.Documents.Find(new DocumentKey(new CollectionKey("other", "c"), "d")));
        Assert.True(await store.Documents.DeleteAsync(new DocumentKey(mine.Key, "d"), CancellationToken.None));
        Assert.Equal(["your apple"], await store.FindAsync(yours, "apple"));
    }

    [Fact]
    public void Open_FileThatIsNoDatabase_NamesTheFileAndTheRemedy()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("broken.db");
        File.WriteAllBytes(path, [.. Enumerable.Repeat((byte)0x5a, 4096)]);

        var error = Assert.Throws<StartupException>(() => new RetrievalDatabase(path));

        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("backup", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_SameContent_IsANoOp()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        await store.PutReadyAsync(collection.Key, "d", ["one"]);

        var again = await store.PutAsync(collection.Key, "d", "one");

        Assert.True(again.Unchanged);
        Assert.Equal((1, DocumentState.Ready), (again.Document.Version, again.Document.State));
        Assert.Null(await store.Queue.ClaimAsync(CancellationToken.None));
        Assert.Empty(store.Outbox.Next([], 10));
    }

    [Fact]
    public async Task Put_SameContentWithOtherLabels_IsToldToTheIndexAndNotWorkedOnAgain()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        await store.PutReadyAsync(collection.Key, "d", ["an apple"]);

        var again = await store.PutAsync(collection.Key, "d", "an apple", upload => upload.Labels = ["hr"]);

        Assert.False(again.Unchanged);
        Assert.Equal((1, DocumentState.Ready), (again.Document.Version, again.Document.State));
        Assert.Null(await store.Queue.ClaimAsync(CancellationToken.None));
        Assert.Empty(await store.FindAsync(collection, "apple"));
        await store.TellAsync();
        Assert.Equal(["an apple"], await store.FindAsync(collection, "apple", "hr"));
    }

    [Fact]
    public async Task Update_LabelTaken_IsInvisibleThoughTheIndexIsBehind()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        await store.PutReadyAsync(collection.Key, "d", ["an apple"]);
        var key = new DocumentKey(collection.Key, "d");

        var update = await store.Documents.UpdateAsync(key, new DocumentChange(null, ["hr"]), CancellationToken.None);

        Assert.True(store.Outbox.Has(update.Outbox));
        Assert.Empty(await store.FindAsync(collection, "apple", "it"));
        await store.TellAsync();
        Assert.Equal(["an apple"], await store.FindAsync(collection, "apple", "hr"));
        var metadata = JsonDocument.Parse("""{"a":[1,{"b":null}]}""").RootElement;
        var described = await store.Documents.UpdateAsync(key, new DocumentChange(metadata, null), CancellationToken.None);
        Assert.Equal(["hr"], described.Document.AccessLabels);
        Assert.True(JsonElement.DeepEquals(metadata, described.Document.Metadata));
    }

    [Fact]
    public async Task Update_MetadataChanged_NoFilterPassesByWhatItWas()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        await store.PutReadyAsync(collection.Key, "d", ["an apple"], upload => upload.Metadata = """{"team":"red"}""");
        var red = Team("red");
        Assert.Equal(["an apple"], await store.FindAsync(collection, "apple", red));

        await store.Documents.UpdateAsync(
            new DocumentKey(collection.Key, "d"),
            new DocumentChange(JsonDocument.Parse("""{"team":"blue"}""").RootElement, null),
            CancellationToken.None);

        Assert.Empty(await store.FindAsync(collection, "apple", red));
        await store.TellAsync();
        Assert.Empty(await store.FindAsync(collection, "apple", red));
        Assert.Equal(["an apple"], await store.FindAsync(collection, "apple", Team("blue")));
    }

    [Fact]
    public async Task Replace_WithOtherChunks_SwapsThem()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        await store.PutReadyAsync(collection.Key, "d", ["old apple", "old pear"]);

        await store.PutAsync(collection.Key, "d", "new apple");
        Assert.Equal(["old apple"], await store.FindAsync(collection, "apple"));
        await store.PublishAsync(await store.ClaimAsync(), "new apple");
        Assert.Equal([new DocumentKey(collection.Key, "d")], await store.TellAsync());

        Assert.Equal(["new apple"], await store.FindAsync(collection, "apple"));
        Assert.Empty(await store.FindAsync(collection, "pear"));
        Assert.Single(await store.IndexedAsync(collection.Index));
        var document = store.Documents.Find(new DocumentKey(collection.Key, "d"))!;
        Assert.Equal((2, 2, DocumentState.Ready), (document.Version, document.IndexedVersion, document.State));
        Assert.Equal(1, store.Collections.Require(collection.Key).ChunkCount);
    }

    [Fact]
    public async Task Replace_WithNothing_LeavesNoChunk()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        await store.PutReadyAsync(collection.Key, "d", ["old apple"]);

        await store.PutAsync(collection.Key, "d", " ");
        await store.PublishAsync(await store.ClaimAsync());
        await store.TellAsync();

        Assert.Empty(await store.FindAsync(collection, "apple"));
        Assert.Empty(await store.IndexedAsync(collection.Index));
        Assert.Equal(
            (0, 1), (store.Collections.Require(collection.Key).ChunkCount, store.Collections.Require(collection.Key).DocumentCount));
    }

    [Fact]
    public async Task Publish_BySlices_IsUnseenUntilTheLast()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        await store.PutReadyAsync(collection.Key, "d", ["old apple"]);
        await store.PutAsync(collection.Key, "d", "new");
        var draft = new EditionDraft(await store.ClaimAsync(), "title", "new apple one\n\nnew apple two");

        Assert.True(await store.Editions.StageAsync(draft, StoreFixture.Slice("new apple one"), CancellationToken.None));
        await store.TellAsync();
        Assert.Equal(["old apple"], await store.FindAsync(collection, "apple"));
        Assert.True(await store.Editions.PublishAsync(draft, StoreFixture.Slice("new apple two"), beside: null, CancellationToken.None));
        await store.TellAsync();

        Assert.Equal(["new apple one", "new apple two"], (await store.FindAsync(collection, "apple")).Order());
        Assert.Equal(2, (await store.IndexedAsync(collection.Index)).Count);
    }

    [Fact]
    public async Task Publish_DocumentReplacedOrDeletedMeanwhile_IsDiscarded()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        await store.PutAsync(collection.Key, "d", "one");
        var first = await store.ClaimAsync();
        await store.PutAsync(collection.Key, "d", "two");
        Assert.False(await store.PublishAsync(first, "one"));

        var second = await store.ClaimAsync();
        await store.Documents.DeleteAsync(new DocumentKey(collection.Key, "d"), CancellationToken.None);
        Assert.False(await store.PublishAsync(second, "two"));
        await store.TellAsync();
        Assert.Empty(await store.FindAsync(collection, "two"));
    }

    [Fact]
    public async Task Publish_VectorsOfAnotherLengthOrModel_AreRefused()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        await store.PutReadyAsync(collection.Key, "d", ["apple"]);
        await store.PutAsync(collection.Key, "e", "pear");
        var draft = new EditionDraft(await store.ClaimAsync(), "title", "pear");
        var slice = StoreFixture.Slice("pear");

        var dimension = await Assert.ThrowsAsync<MillraceException>(
            () => store.Editions.PublishAsync(draft, slice with { Dimension = 3 }, beside: null, CancellationToken.None));
        await Assert.ThrowsAsync<MillraceException>(
            () => store.Editions.PublishAsync(draft, slice with { EmbeddingModel = "other" }, beside: null, CancellationToken.None));

        Assert.Contains("length 3", dimension.Message, StringComparison.Ordinal);
        Assert.Equal((FakeEmbeddingService.Dimension, 1), (
            store.Collections.Require(collection.Key).Dimension, store.Collections.Require(collection.Key).ChunkCount));
    }

    [Fact]
    public async Task Delete_IndexNotToldYet_IsInvisibleAtOnceAndGoneAfterwards()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        await store.PutReadyAsync(collection.Key, "d", ["an apple"]);

        await store.Documents.DeleteAsync(new DocumentKey(collection.Key, "d"), CancellationToken.None);

        Assert.Single(await store.IndexedAsync(collection.Index));
        Assert.Empty(await store.FindAsync(collection, "apple"));
        await store.TellAsync();
        Assert.Empty(await store.IndexedAsync(collection.Index));
        Assert.Null(store.Texts.Find(new DocumentKey(collection.Key, "d"), 1));
    }

    [Fact]
    public async Task Reopen_AfterTheProcessWasKilled_HasEveryAcknowledgedWrite()
    {
        using var folder = new TemporaryFolder();
        using var killed = new StoreFixture(folder.Path);
        var collection = await killed.CreateAsync("t", "c");
        await killed.PutReadyAsync(collection.Key, "ready", ["kept apple"]);
        await killed.PutAsync(collection.Key, "untold", "pear");
        await killed.PublishAsync(await killed.ClaimAsync(), "untold pear");
        await killed.PutAsync(collection.Key, "processing", "half done");
        var half = new EditionDraft(await killed.ClaimAsync(), "title", "half done");
        await killed.Editions.StageAsync(half, StoreFixture.Slice("half done"), CancellationToken.None);
        await killed.PutAsync(collection.Key, "queued", "later");

        // A copy of the files while they are open is what a killed process leaves behind.
        using var remains = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(folder.Path)) File.Copy(file, remains.File(Path.GetFileName(file)));
        using var reopened = new StoreFixture(remains.Path);

        Assert.Equal(2, await reopened.Queue.ResumeAsync(CancellationToken.None));
        Assert.Equal([new DocumentKey(collection.Key, "untold")], await reopened.TellAsync());
        Assert.Equal(["untold pear"], await reopened.FindAsync(collection, "pear"));
        Assert.True(await reopened.PublishAsync(await reopened.ClaimAsync(), "whole now"));
        Assert.True(await reopened.PublishAsync(await reopened.ClaimAsync(), "later now"));
        await reopened.TellAsync();
        Assert.Empty(await reopened.FindAsync(collection, "half"));
        Assert.Equal(4, reopened.Collections.Require(collection.Key).ChunkCount);
    }

    [Fact]
    public async Task Put_TenantsQueueFull_IsRefusedWithRetryHintAndOthersGoOn()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        var other = await store.CreateAsync("u", "c");
        for (var i = 0; i < 40; i++) await store.PutAsync(collection.Key, $"d{i}", "x");

        var error = await Assert.ThrowsAsync<MillraceException>(() => store.PutAsync(collection.Key, "one more", "x"));

        Assert.Equal(Reason.QueueFull, error.Reason);
        Assert.NotNull(error.RetryAfter);
        for (var i = 0; i < 10; i++) await store.PutAsync(other.Key, $"d{i}", "x");
        await Assert.ThrowsAsync<MillraceException>(() => store.PutAsync(other.Key, "one more", "x"));
    }

    [Fact]
    public async Task Claim_SeveralTenants_TakeTurns()
    {
        using var store = new StoreFixture();
        foreach (var (tenant, count) in new[] { ("a", 4), ("b", 1), ("c", 2) })
        {
            var collection = await store.CreateAsync(tenant, "c");
            for (var i = 0; i < count; i++) await store.PutAsync(collection.Key, $"d{i}", "x");
        }

        List<string> order = [];
        while (await store.Queue.ClaimAsync(CancellationToken.None) is { } claimed)
            order.Add($"{claimed.Document.Key.Collection.Tenant}{claimed.Document.Key.DocumentId}");

        Assert.Equal(["ad0", "bd0", "cd0", "ad1", "cd1", "ad2", "ad3"], order);
    }

    [Fact]
    public async Task Texts_OfOldVersions_AreKeptUpToTheLimit()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        for (var i = 1; i <= 5; i++) await store.PutReadyAsync(collection.Key, "d", [$"text {i}"]);
        var key = new DocumentKey(collection.Key, "d");

        Assert.Equal("text 5", store.Texts.Find(key, 0)!.Text);
        Assert.Equal("text 3", store.Texts.Find(key, 3)!.Text);
        Assert.Null(store.Texts.Find(key, 2));
        Assert.Null(store.Texts.Find(key, 6));
    }

    [Fact]
    public async Task Write_OneOfSeveralFails_IsUndoneAlone()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");

        var writes = Enumerable.Range(0, 100).Select(i => i % 10 == 3
            ? store.PutAsync(new CollectionKey("t", "nosuch"), "d", "x")
            : store.PutAsync(collection.Key, $"d{i % 30}", $"text {i}")).ToList();
        await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default))).DefaultTimeout();

        Assert.Equal(10, writes.Count(write => write.IsFaulted));
        Assert.Equal(27, store.Collections.Require(collection.Key).DocumentCount);
        Assert.Equal(27, store.Documents.List(collection.Key, DocumentState.Queued, "", 100).Count);
    }

    [Fact]
    public async Task Write_DiskFull_IsRefusedForNowAndTakenLater()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        var large = new string('x', 100_000);
        await store.Database.WriteAsync(
            connection => Dapper.SqlMapper.Execute(connection, "PRAGMA max_page_count=1"), CancellationToken.None);

        var error = await Assert.ThrowsAsync<MillraceException>(() => store.PutAsync(collection.Key, "d", large));
        Assert.Equal(Reason.UpstreamUnavailable, error.Reason);
        Assert.Null(store.Documents.Find(new DocumentKey(collection.Key, "d")));

        await store.Database.WriteAsync(
            connection => Dapper.SqlMapper.Execute(connection, "PRAGMA max_page_count=1000000"), CancellationToken.None);
        await store.PutAsync(collection.Key, "d", large);
        Assert.NotNull(await store.Queue.ClaimAsync(CancellationToken.None));
    }

    [Fact]
    public async Task DeleteCollection_WithDocuments_LeavesNothing()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        await store.PutReadyAsync(collection.Key, "d", ["apple"]);

        Assert.True(await store.Collections.DeleteAsync(collection.Key, CancellationToken.None));

        Assert.Empty(await store.FindAsync(collection, "apple"));
        var again = await store.CreateAsync("t", "c");
        Assert.Equal((0, 0), (again.DocumentCount, again.ChunkCount));
        Assert.Empty(await store.FindAsync(again, "apple"));
        Assert.False(await store.Collections.DeleteAsync(new CollectionKey("other", "c"), CancellationToken.None));
        Assert.Equal([collection.Index], store.Sweep.Retired(TimeSpan.Zero));
        while (await store.Sweep.RemoveSomeAsync(
            collection.Index, CancellationToken.None)) Assert.NotEmpty(store.Sweep.Retired(TimeSpan.Zero));
        while (await store.Sweep.RemoveDeletedAsync(CancellationToken.None)) Assert.Empty(store.Sweep.Retired(TimeSpan.Zero));
        Assert.Equal(1L, store.Database.Read(connection =>
            Dapper.SqlMapper.ExecuteScalar<long>(connection, "SELECT count(*) FROM collections")));
        Assert.Equal(0L, store.Database.Read(connection => Dapper.SqlMapper.ExecuteScalar<long>(
            connection, "SELECT (SELECT count(*) FROM documents) + (SELECT count(*) FROM chunks) + (SELECT count(*) FROM contents)")));
    }

    private static DocumentFilter Team(string name) =>
        new(new Filter.Comparison("team", ComparisonOperator.In, [FilterValue.Of(name)]), HeldLabels: []);
}
