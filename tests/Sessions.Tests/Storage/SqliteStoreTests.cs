using Microsoft.Data.Sqlite;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Hosting;
using Millrace.Sessions.Messages;
using Millrace.Sessions.Storage;
using Millrace.TestShared;

namespace Millrace.Sessions.Tests.Storage;

public sealed class SqliteStoreTests : StoreContract, IAsyncLifetime
{
    /// <summary>The tables of the first version, as its program made them, with two conversations.</summary>
    private const string FirstVersion = """
        PRAGMA journal_mode = WAL;
        CREATE TABLE IF NOT EXISTS conversations (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            tenant TEXT NOT NULL,
            id TEXT NOT NULL,
            title TEXT NOT NULL,
            metadata TEXT NOT NULL,
            message_count INTEGER NOT NULL,
            created_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL,
            UNIQUE (tenant, id));
        CREATE TABLE IF NOT EXISTS messages (
            conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
            sequence INTEGER NOT NULL,
            id TEXT NOT NULL,
            role INTEGER NOT NULL,
            content TEXT NOT NULL,
            token_count INTEGER NOT NULL,
            model TEXT NOT NULL,
            annotations TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            PRIMARY KEY (conversation, sequence),
            UNIQUE (conversation, id)) WITHOUT ROWID;
        INSERT INTO conversations VALUES (1, 't', 'c', 'old', '{"k":"v"}', 2, 1000, 2000), (2, 't', 'empty', '', '{}', 0, 1000, 1000);
        INSERT INTO messages VALUES (1, 1, 'm1', 2, 'é€', 0, '', '', 1000), (1, 2, 'm2', 3, 'answer', 4, 'tiny', '[]', 2000);
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly SqliteDatabase _database;

    public SqliteStoreTests() => _database = new SqliteDatabase(_folder.File("sessions.db"));

    protected override IDatabase Database => _database;

    public Task InitializeAsync() => _database.OpenAsync(CancellationToken.None);

    [Fact]
    public async Task Append_ThenProcessIsKilled_MessageIsInTheFile()
    {
        await CreateAsync();
        await AppendAsync("m1");

        // What a killed process leaves: the file and its write-ahead log, as they are now, without a checkpoint or a close.
        using var crashed = new TemporaryFolder();
        foreach (var suffix in (string[])["", "-wal"])
            File.Copy(_folder.File("sessions.db" + suffix), crashed.File("sessions.db" + suffix));
        using var reopened = new SqliteDatabase(crashed.File("sessions.db"));
        await reopened.OpenAsync(CancellationToken.None);

        Assert.Equal("m1", (await AllAsync(reopened)).Single().Content.Id);
    }

    [Fact]
    public async Task Write_FileIsAway_IsUnavailableAndNoDefect()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("data"));
        using var database = new SqliteDatabase(folder.File("data/sessions.db"));
        await database.OpenAsync(CancellationToken.None);
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder.File("data"), recursive: true);

        var error = await Assert.ThrowsAsync<MillraceException>(() => database.WriteAsync(
            session => session.ExecuteAsync("DELETE FROM conversations"), CancellationToken.None));

        Assert.Equal(Reason.UpstreamUnavailable, error.Reason);
        Assert.NotNull(error.RetryAfter);
    }

    [Fact]
    public async Task Open_FileOfTheFirstVersion_KeepsEverythingAndGoesOn()
    {
        var path = _folder.File("first.db");
        await using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            await using var command = connection.CreateCommand();
            command.CommandText = FirstVersion;
            command.ExecuteNonQuery();
        }

        using var opened = new SqliteDatabase(path);
        await opened.OpenAsync(CancellationToken.None);
        await opened.OpenAsync(CancellationToken.None);

        var conversation = await new SqlConversationStore(opened).FindAsync(Key, CancellationToken.None);
        Assert.Equal(("old", 2, "m2"), (conversation?.Title, conversation?.MessageCount, conversation?.HeadMessageId));
        var store = new SqlMessageStore(opened, TimeProvider.System);
        await store.AppendAsync(
            Key, new Addition([new NewMessage { Id = "m3", Role = MessageRole.User, Content = "x" }], null, 9), CancellationToken.None);
        var messages = await AllAsync(opened);
        Assert.Equal([("m1", ""), ("m2", "m1"), ("m3", "m2")], messages.Select(message => (message.Content.Id, message.ParentId)));
        Assert.Equal(("é€", 4), (messages[0].Content.Content, messages[1].Content.TokenCount));
        var way = await store.PathAsync(Key, 0, "", 9, CancellationToken.None);
        Assert.Equal([(3, 1), (2, 6), (1, 5)], way.Select(message => (message.Depth, message.Bytes)));
    }

    [Fact]
    public async Task Open_FileOfANewerVersion_IsRefused()
    {
        await _database.WriteAsync(session => session.ExecuteAsync("PRAGMA user_version = 99"), CancellationToken.None);

        var error = await Assert.ThrowsAsync<StartupException>(() => _database.OpenAsync(CancellationToken.None));

        Assert.Contains("newer version", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_FileThatIsNoDatabase_NamesTheFileAndTheRemedy()
    {
        var path = _folder.File("broken.db");
        File.WriteAllBytes(path, [.. Enumerable.Repeat((byte)0x5a, 4096)]);
        using var broken = new SqliteDatabase(path);

        var error = await Assert.ThrowsAsync<StartupException>(() => broken.OpenAsync(CancellationToken.None));

        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("backup", error.Message, StringComparison.Ordinal);
    }

    public Task DisposeAsync()
    {
        _database.Dispose();
        _folder.Dispose();
        return Task.CompletedTask;
    }

    private static Task<IReadOnlyList<StoredMessage>> AllAsync(SqliteDatabase database) =>
        new SqlMessageStore(database, TimeProvider.System).AllAsync(Key, 0, 10, CancellationToken.None);
}
