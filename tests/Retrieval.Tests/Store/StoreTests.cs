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

        Assert.Equal(["my apple"], store.Find(mine, "apple"));
        Assert.Equal(["your apple"], store.Find(yours, "apple"));
        Assert.Single(store.Collections.List("mine"));
        Assert.Null(store.Documents.Find(new DocumentKey(new CollectionKey("other", "c"), "d")));
        Assert.True(await store.Documents.DeleteAsync(new DocumentKey(mine.Key, "d"), CancellationToken.None));
        Assert.Equal(["your apple"], store.Find(yours, "apple"));
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

        var (document, unchanged) = await store.PutAsync(collection.Key, "d", "one");

        Assert.True(unchanged);
        Assert.Equal((1, DocumentState.Ready), (document.Version, document.State));
        Assert.Null(await store.Index.ClaimAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Replace_WithOtherChunks_SwapsThemAtOnceInEveryIndex()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        await store.PutReadyAsync(collection.Key, "d", ["old apple", "old pear"]);
        Assert.Equal(2, store.Passages.Vectors(collection).Nearest(FakeEmbeddingService.Vector("apple"), 10).Count);

        await store.PutAsync(collection.Key, "d", "new apple");
        Assert.Equal(["old apple"], store.Find(collection, "apple"));
        var claimed = await store.Index.ClaimAsync(CancellationToken.None);
        await store.Index.CompleteAsync(claimed!, StoreFixture.Indexed("new apple"), CancellationToken.None);

        Assert.Equal(["new apple"], store.Find(collection, "apple"));
        Assert.Empty(store.Find(collection, "pear"));
        Assert.Single(store.Passages.Vectors(collection).Nearest(FakeEmbeddingService.Vector("apple"), 10));
        Assert.Equal(2, store.Documents.Find(new DocumentKey(collection.Key, "d"))!.Version);
    }

    [Fact]
    public async Task Replace_WithNothing_RemovesTheOldChunks()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        await store.PutReadyAsync(collection.Key, "d", ["old apple"]);

        await store.PutAsync(collection.Key, "d", " ");
        await store.Index.CompleteAsync(
            (await store.Index.ClaimAsync(CancellationToken.None))!, StoreFixture.Indexed(), CancellationToken.None);

        Assert.Empty(store.Find(collection, "apple"));
        Assert.Equal(0, store.Collections.Require(collection.Key).ChunkCount);
    }

    [Fact]
    public async Task Complete_DocumentReplacedOrDeletedMeanwhile_IsDiscarded()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        await store.PutAsync(collection.Key, "d", "one");
        var first = await store.Index.ClaimAsync(CancellationToken.None);
        await store.PutAsync(collection.Key, "d", "two");
        Assert.False(await store.Index.CompleteAsync(first!, StoreFixture.Indexed("one"), CancellationToken.None));

        var second = await store.Index.ClaimAsync(CancellationToken.None);
        await store.Documents.DeleteAsync(new DocumentKey(collection.Key, "d"), CancellationToken.None);
        Assert.False(await store.Index.CompleteAsync(second!, StoreFixture.Indexed("two"), CancellationToken.None));
        Assert.Empty(store.Find(collection, "two"));
    }

    [Fact]
    public async Task Vectors_ChangedAfterLoading_AreWhatTheDatabaseHas()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        for (var i = 0; i < 20; i++) await store.PutReadyAsync(collection.Key, $"d{i}", [$"number{i} a", $"number{i} b"]);
        var vectors = store.Passages.Vectors(collection);
        for (var i = 0; i < 20; i += 2) await store.Documents.DeleteAsync(new DocumentKey(collection.Key, $"d{i}"), CancellationToken.None);
        await store.PutReadyAsync(collection.Key, "d99", ["number99 a"]);

        var fresh = new PassageStore(store.Database, new VectorCache()).Vectors(collection);
        var query = FakeEmbeddingService.Vector("number7 a");
        Assert.Equal(21, vectors.Nearest(query, 100).Count);
        Assert.Equal(
            fresh.Nearest(query, 100).OrderBy(chunk => chunk.Chunk), vectors.Nearest(query, 100).OrderBy(chunk => chunk.Chunk));
    }

    [Fact]
    public async Task Reopen_AfterTheProcessWasKilled_HasEveryAcknowledgedWrite()
    {
        using var folder = new TemporaryFolder();
        using var killed = new StoreFixture(folder.Path);
        var collection = await killed.CreateAsync("t", "c");
        await killed.PutReadyAsync(collection.Key, "ready", ["kept apple"]);
        await killed.PutAsync(collection.Key, "queued", "later");
        await killed.PutAsync(collection.Key, "processing", "half done");
        await killed.Index.ClaimAsync(CancellationToken.None);

        // A copy of the files while they are open is what a killed process leaves behind.
        using var remains = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(folder.Path)) File.Copy(file, remains.File(Path.GetFileName(file)));
        using var reopened = new StoreFixture(remains.Path);

        Assert.Equal(["kept apple"], reopened.Find(reopened.Collections.Require(collection.Key), "apple"));
        Assert.Equal(2, await reopened.Index.ResumeAsync(CancellationToken.None));
        Assert.NotNull(await reopened.Index.ClaimAsync(CancellationToken.None));
        Assert.NotNull(await reopened.Index.ClaimAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Put_QueueFull_IsRefusedWithRetryHint()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        for (var i = 0; i < 50; i++) await store.PutAsync(collection.Key, $"d{i}", "x");

        var error = await Assert.ThrowsAsync<MillraceException>(() => store.PutAsync(collection.Key, "one more", "x"));

        Assert.Equal(Reason.QueueFull, error.Reason);
        Assert.NotNull(error.RetryAfter);
    }

    [Fact]
    public async Task DeleteCollection_WithDocuments_LeavesNothing()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("t", "c");
        await store.PutReadyAsync(collection.Key, "d", ["apple"]);

        Assert.True(await store.Collections.DeleteAsync(collection.Key, CancellationToken.None));

        Assert.Empty(store.Find(collection, "apple"));
        var again = await store.CreateAsync("t", "c");
        Assert.Equal((0, 0), (again.DocumentCount, again.ChunkCount));
        Assert.Empty(store.Find(again, "apple"));
        Assert.False(await store.Collections.DeleteAsync(new CollectionKey("other", "c"), CancellationToken.None));
    }
}
