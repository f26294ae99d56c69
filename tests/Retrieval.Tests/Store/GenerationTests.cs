using Millrace.Retrieval.Store;
using Millrace.Retrieval.Tests.Fixtures;

namespace Millrace.Retrieval.Tests.Store;

/// <summary>A generation that is built takes the active one's place with everything that is found, and in the end it does.</summary>
public sealed class GenerationTests : IDisposable
{
    private readonly StoreFixture _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Switch_DocumentFailedWithAnOlderVersion_KeepsWhatIsFound()
    {
        var collection = await _store.CreateAsync("t", "c");
        await _store.PutReadyAsync(collection.Key, "d", ["old apple"]);
        await _store.PutAsync(collection.Key, "d", "new apple");
        Assert.True(await _store.Queue.FailAsync(await _store.ClaimAsync(), "refused", retryAfter: null, CancellationToken.None));

        var generation = await BeginAsync(collection);
        var claimed = Claim(generation);
        Assert.Equal((1, "old apple"), (claimed.Document.Version, System.Text.Encoding.UTF8.GetString(claimed.Content)));
        Assert.True(await _store.PublishAsync(claimed, "old apple"));
        await _store.TellAsync();
        Assert.Equal(BuildStep.Switched, await SwitchAsync(generation));

        Assert.Equal(["old apple"], await _store.FindAsync(collection, "apple"));
        var document = Document(collection, "d");
        Assert.Equal((2, 1, 1, DocumentState.Failed), (document.Version, document.IndexedVersion, document.ChunkCount, document.State));
    }

    [Fact]
    public async Task Switch_SeveralVersionsNeverFound_BuildsTheOneThatIs()
    {
        var collection = await _store.CreateAsync("t", "c");
        await _store.PutReadyAsync(collection.Key, "d", ["one apple"]);
        await _store.PutAsync(collection.Key, "d", "two apple");
        await _store.PutAsync(collection.Key, "d", "three apple");
        var generation = await BeginAsync(collection);

        Assert.Equal("one apple"u8.ToArray(), Claim(generation).Content);
        Assert.True(await _store.PublishInBothAsync(await _store.ClaimAsync(), "three apple"));
        Assert.Equal("three apple"u8.ToArray(), _store.Generations.Claim(generation, Document(collection, "d").Row)!.Content);
    }

    [Fact]
    public async Task Switch_DocumentsAreWorkedOn_DoesNotWaitForThem()
    {
        var collection = await _store.CreateAsync("t", "c");
        await _store.PutReadyAsync(collection.Key, "d", ["old apple"]);
        var generation = await BeginAsync(collection);
        Assert.True(await _store.PublishAsync(Claim(generation), "old apple"));
        await _store.TellAsync();
        await _store.PutAsync(collection.Key, "d", "new apple");
        await _store.PutAsync(collection.Key, "e", "other apple");
        var late = await _store.ClaimAsync();

        Assert.Equal(BuildStep.Switched, await SwitchAsync(generation));

        Assert.Equal(["old apple"], await _store.FindAsync(collection, "apple"));
        Assert.False(await _store.PublishAsync(late, "new apple"));
        Assert.False(await _store.Queue.FailAsync(late, "too late", retryAfter: null, CancellationToken.None));
        Assert.True(await _store.PublishAsync(await _store.ClaimAsync(), "new apple"));
        Assert.True(await _store.PublishAsync(await _store.ClaimAsync(), "other apple"));
        await _store.TellAsync();
        Assert.Equal(["new apple", "other apple"], (await _store.FindAsync(collection, "apple")).Order());
    }

    [Fact]
    public async Task Publish_WhileAnotherGenerationIsBuilt_GoesIntoBothAndLeavesNothingMissing()
    {
        var collection = await _store.CreateAsync("t", "c");
        await _store.PutReadyAsync(collection.Key, "d", ["old apple"]);
        var generation = await BeginAsync(collection);
        await _store.PutAsync(collection.Key, "d", "new apple");
        await _store.PutAsync(collection.Key, "e", "new pear");
        Assert.True(await _store.PublishInBothAsync(await _store.ClaimAsync(), "new apple"));
        Assert.True(await _store.PublishInBothAsync(await _store.ClaimAsync(), "new pear"));

        // Neither index was told: a stream of uploads would never leave both without something to be told.
        Assert.Empty(_store.Generations.Missing(generation, 0, 10));
        Assert.Equal(BuildStep.Switched, await SwitchAsync(generation));
        Assert.Null(await _store.Queue.ClaimAsync(CancellationToken.None));
        Assert.Equal(2, (await _store.TellAsync()).Count);
        Assert.Equal(["new apple"], await _store.FindAsync(collection, "apple"));
        Assert.Equal(["new pear"], await _store.FindAsync(collection, "pear"));
        Assert.Equal((2, 2, DocumentState.Ready), (
            Document(collection, "d").Version, Document(collection, "d").IndexedVersion, Document(collection, "d").State));
    }

    [Fact]
    public async Task Update_WhileAnotherGenerationIsBuilt_IsToldToBothIndexes()
    {
        var collection = await _store.CreateAsync("t", "c");
        await _store.PutReadyAsync(collection.Key, "d", ["apple"], upload => upload.Labels = ["hr"]);
        var generation = await BeginAsync(collection);
        await _store.PublishAsync(Claim(generation), "apple");
        await _store.TellAsync();

        await _store.Documents.UpdateAsync(new DocumentKey(collection.Key, "d"), new DocumentChange(null, []), CancellationToken.None);
        await _store.TellAsync();

        Assert.Equal(["apple"], await _store.FindAsync(collection, "apple"));
        Assert.Equal(BuildStep.Switched, await SwitchAsync(generation));
        Assert.Equal(["apple"], await _store.FindAsync(collection, "apple"));
    }

    [Fact]
    public async Task Switch_OnlyTheNewIndexIsBehind_Waits()
    {
        var collection = await _store.CreateAsync("t", "c");
        await _store.PutReadyAsync(collection.Key, "d", ["apple"]);
        var generation = await BeginAsync(collection);
        await _store.PublishAsync(Claim(generation), "apple");

        Assert.Equal(BuildStep.Waiting, await SwitchAsync(generation));
        await _store.TellAsync();
        Assert.Equal(BuildStep.Switched, await SwitchAsync(generation));
    }

    [Fact]
    public async Task Publish_BuildOfAVersionThatIsNotFoundAnyMore_ComesToNothing()
    {
        var collection = await _store.CreateAsync("t", "c");
        await _store.PutReadyAsync(collection.Key, "d", ["old apple"]);
        await _store.PutReadyAsync(collection.Key, "e", ["pear"]);
        var generation = await BeginAsync(collection);
        var (old, gone) = (Claim(generation), _store.Generations.Claim(generation, Document(collection, "e").Row)!);
        await _store.PutReadyAsync(collection.Key, "d", ["new apple"]);
        await _store.Documents.DeleteAsync(new DocumentKey(collection.Key, "e"), CancellationToken.None);

        Assert.False(await _store.PublishAsync(old, "old apple"));
        Assert.False(await _store.PublishAsync(gone, "pear"));
        Assert.Single(_store.Generations.Missing(generation, 0, 10));
        Assert.Equal(BuildStep.Missing, await SwitchAsync(generation));
    }

    [Fact]
    public async Task Publish_BuildGivenUpMeanwhile_GoesIntoTheActiveGenerationAlone()
    {
        var collection = await _store.CreateAsync("t", "c");
        var generation = await BeginAsync(collection);
        await _store.PutAsync(collection.Key, "d", "apple");
        var claimed = await _store.ClaimAsync();
        Assert.NotNull(claimed.Beside);
        var beside = new EditionDraft(claimed.Beside, "title", "apple");
        await _store.Editions.StageAsync(beside, StoreFixture.Slice("apple"), CancellationToken.None);
        await _store.Generations.FailAsync(generation, "no", CancellationToken.None);

        Assert.True(await _store.Editions.PublishAsync(
            new EditionDraft(claimed, "title", "apple"), StoreFixture.Slice("apple"), beside, CancellationToken.None));
        await _store.TellAsync();
        Assert.Equal(["apple"], await _store.FindAsync(collection, "apple"));
        Assert.Empty(_store.Editions.Documents(generation));
    }

    [Fact]
    public async Task Sweep_BuildThatFailed_LosesItsChunksAndKeepsItsError()
    {
        var collection = await _store.CreateAsync("t", "c");
        await _store.PutReadyAsync(collection.Key, "d", ["apple", "pear"]);
        var generation = await BeginAsync(collection);
        await _store.PublishAsync(Claim(generation), "apple", "pear");
        await _store.TellAsync();
        await _store.Generations.FailAsync(generation, "no", CancellationToken.None);

        var failed = Assert.Single(_store.Sweep.Retired(TimeSpan.Zero));
        Assert.Equal(generation, failed.Generation);
        var steps = 0;
        while (await _store.Sweep.RemoveSomeAsync(failed, CancellationToken.None)) steps++;

        Assert.InRange(steps, 1, 3);
        Assert.Empty(_store.Sweep.Retired(TimeSpan.Zero));
        Assert.Empty(_store.Editions.Documents(generation));
        Assert.Equal("no", _store.Collections.Require(collection.Key).Reindexing?.Error);
        Assert.Equal(["apple"], await _store.FindAsync(collection, "apple"));
    }

    private async Task<long> BeginAsync(StoredCollection collection)
    {
        var begun = await _store.Generations.BeginAsync(collection.Key, StoreFixture.Settings(50), CancellationToken.None);
        return begun.Reindexing!.Generation.Row;
    }

    private ClaimedDocument Claim(long generation) =>
        _store.Generations.Claim(generation, _store.Generations.Missing(generation, 0, 1)[0])!;

    private Task<BuildStep> SwitchAsync(long generation) => _store.Generations.TrySwitchAsync(generation, CancellationToken.None);

    private StoredDocument Document(StoredCollection collection, string id) =>
        _store.Documents.Find(new DocumentKey(collection.Key, id))!;
}
