using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.Retrieval.Store;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Hosting;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Store;

public sealed class SchemaUpgradeTests
{
    // The tables of the first version, as its files have them.
    private const string FirstVersion = """
        CREATE TABLE collections (row INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL, name TEXT NOT NULL,
            embedding_model TEXT NOT NULL, chunk_tokens_max INTEGER NOT NULL, overlap_tokens INTEGER NOT NULL,
            created_at_ms INTEGER NOT NULL, UNIQUE (tenant, name));
        CREATE TABLE documents (row INTEGER PRIMARY KEY AUTOINCREMENT,
            collection INTEGER NOT NULL REFERENCES collections (row) ON DELETE CASCADE, document_id TEXT NOT NULL, title TEXT NOT NULL,
            media_type TEXT NOT NULL, sha256 TEXT NOT NULL, version INTEGER NOT NULL, state INTEGER NOT NULL, error TEXT NOT NULL,
            attempts INTEGER NOT NULL, retry_at_ms INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL, metadata TEXT NOT NULL,
            size_bytes INTEGER NOT NULL, chunk_count INTEGER NOT NULL, UNIQUE (collection, document_id));
        CREATE INDEX documents_waiting ON documents (retry_at_ms, row) WHERE state IN (1, 2);
        CREATE TABLE contents (document INTEGER PRIMARY KEY REFERENCES documents (row) ON DELETE CASCADE, original BLOB NOT NULL,
            text TEXT);
        CREATE TABLE chunks (row INTEGER PRIMARY KEY AUTOINCREMENT,
            collection INTEGER NOT NULL REFERENCES collections (row) ON DELETE CASCADE,
            document INTEGER NOT NULL REFERENCES documents (row) ON DELETE CASCADE, text TEXT NOT NULL);
        CREATE INDEX chunks_of_collection ON chunks (collection);
        CREATE VIRTUAL TABLE full_text_1 USING fts5(title, breadcrumb, body);
        INSERT INTO collections VALUES (1, 't', 'c', 'model', 120, 7, 1000);
        INSERT INTO documents VALUES (5, 1, 'd', 'Title', 'text/plain', 'abc', 3, 3, '', 0, 0, 2000, '{"seed":"true"}', 5, 1);
        INSERT INTO contents VALUES (5, x'6170706c65', 'apple');
        INSERT INTO chunks VALUES (9, 1, 5, 'apple');
        """;

    [Fact]
    public async Task Open_FileOfTheFirstVersion_KeepsDocumentsAndQueuesThem()
    {
        using var folder = new TemporaryFolder();
        Write(folder.File("retrieval.db"), FirstVersion);
        using var store = new StoreFixture(folder.Path);
        var collection = store.Collections.Require(new CollectionKey("t", "c"));

        Assert.Equal(1, store.Database.RequeuedByUpgrade);
        Assert.Equal(("model", 120, 7, 1), (
            collection.EmbeddingModel, collection.Chunking.TokensMax, collection.Chunking.OverlapTokens, collection.DocumentCount));
        var claimed = await store.ClaimAsync();
        Assert.Equal((5L, 3), (claimed.Row, claimed.Document.Version));
        Assert.Equal("apple"u8.ToArray(), claimed.Content);
        Assert.Equal("true", claimed.Document.Metadata.GetProperty("seed").GetString());
        var draft = new EditionDraft(claimed, "title", "apple");
        Assert.True(await store.Editions.PublishAsync(
            draft, StoreFixture.Slice("apple") with { EmbeddingModel = "model" }, beside: null, CancellationToken.None));
        await store.TellAsync();
        Assert.Equal(["apple"], await store.FindAsync(collection, "apple"));
        Assert.True(await store.Documents.DeleteAsync(new DocumentKey(collection.Key, "d"), CancellationToken.None));
        Assert.Equal(0L, store.Database.Read(connection => connection.ExecuteScalar<long>("SELECT count(*) FROM contents")));
    }

    private const string WithoutSayings =
        "ALTER TABLE collections DROP COLUMN title; ALTER TABLE collections DROP COLUMN metadata;";

    // The second version had no table for the bytes of a version that is found while a newer one is not.
    [Fact]
    public async Task Open_FileOfTheSecondVersion_CanBuildEveryVersionThatIsFound()
    {
        using var folder = new TemporaryFolder();
        using (var before = new StoreFixture(folder.Path))
        {
            var created = await before.CreateAsync("t", "c");
            await before.PutReadyAsync(created.Key, "same", ["pear"]);
            await before.PutReadyAsync(created.Key, "newer", ["old apple"]);
            await before.PutAsync(created.Key, "newer", "new apple");
        }

        Write(folder.File("retrieval.db"), $"DROP TABLE found_contents; {WithoutSayings} PRAGMA user_version=2");
        using var store = new StoreFixture(folder.Path);
        Assert.Null(store.Database.RequeuedByUpgrade);
        var collection = store.Collections.Require(new CollectionKey("t", "c"));
        var begun = await store.Generations.BeginAsync(collection.Key, StoreFixture.Settings(50), CancellationToken.None);
        var generation = begun.Reindexing!.Generation.Row;

        var claims = store.Generations.Missing(generation, 0, 10).Select(row => store.Generations.Claim(generation, row)!);
        Assert.Equal(
            [("pear", "text/plain", 1), ("old apple", "text/plain", 1)],
            claims.Select(claim => (
                System.Text.Encoding.UTF8.GetString(claim.Content), claim.Document.MediaType, claim.Document.Version)));
    }

    [Fact]
    public async Task Open_FileOfTheThirdVersion_KeepsItsCollections()
    {
        using var folder = new TemporaryFolder();
        using (var before = new StoreFixture(folder.Path)) await before.CreateAsync("t", "c");

        Write(folder.File("retrieval.db"), $"{WithoutSayings} PRAGMA user_version=3");
        using var store = new StoreFixture(folder.Path);
        var changed = await store.Collections.UpdateAsync(new CollectionKey("t", "c"), "Mine", null, CancellationToken.None);

        Assert.Null(store.Database.RequeuedByUpgrade);
        Assert.Equal(new CollectionSayings("Mine", ""), changed?.Sayings);
    }

    [Fact]
    public void Open_FileOfThisVersionAgain_ChangesNothing()
    {
        using var folder = new TemporaryFolder();
        using (var first = new RetrievalDatabase(folder.File("retrieval.db"))) Assert.Null(first.RequeuedByUpgrade);
        using var second = new RetrievalDatabase(folder.File("retrieval.db"));

        Assert.Null(second.RequeuedByUpgrade);
    }

    [Fact]
    public void Open_FileOfANewerVersion_SaysWhatToDo()
    {
        using var folder = new TemporaryFolder();
        Write(folder.File("retrieval.db"), "PRAGMA user_version=99");

        var error = Assert.Throws<StartupException>(() => new RetrievalDatabase(folder.File("retrieval.db")));
        Assert.Contains("99", error.Message, StringComparison.Ordinal);
    }

    private static void Write(string path, string sql)
    {
        SQLitePCL.Batteries_V2.Init();
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        connection.Execute(sql);
    }
}
