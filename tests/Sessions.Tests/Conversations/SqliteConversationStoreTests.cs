using Millrace.ServiceDefaults.Hosting;
using Millrace.Sessions.Conversations;
using Millrace.Sessions.Storage;
using Millrace.TestShared;

namespace Millrace.Sessions.Tests.Conversations;

public sealed class SqliteConversationStoreTests : ConversationStoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteDatabase _database;

    public SqliteConversationStoreTests()
    {
        _database = new SqliteDatabase(_folder.File("sessions.db"), SqliteConversationStore.Schema);
        Store = new SqliteConversationStore(_database, TimeProvider.System);
    }

    protected override IConversationStore Store { get; }

    [Fact]
    public async Task Append_ThenProcessIsKilled_MessageIsInTheFile()
    {
        await Store.TryCreateAsync("t", Named("c"), CancellationToken.None);
        await Store.AppendAsync("t", "c", [Message("m1")], 100, CancellationToken.None);

        // What a killed process leaves: the file and its write-ahead log, as they are now, without a checkpoint or a close.
        using var crashed = new TemporaryFolder();
        foreach (var suffix in (string[])["", "-wal"])
            File.Copy(_folder.File("sessions.db" + suffix), crashed.File("sessions.db" + suffix));
        using var reopened = new SqliteDatabase(crashed.File("sessions.db"), SqliteConversationStore.Schema);

        var store = new SqliteConversationStore(reopened, TimeProvider.System);
        var messages = await store.MessagesAsync("t", "c", 0, 10, CancellationToken.None);
        Assert.Equal("m1", messages.Single().Content.Id);
    }

    [Fact]
    public void Open_FileThatIsNoDatabase_NamesTheFileAndTheRemedy()
    {
        var path = _folder.File("broken.db");
        File.WriteAllBytes(path, [.. Enumerable.Repeat((byte)0x5a, 4096)]);

        var error = Assert.Throws<StartupException>(() => new SqliteDatabase(path, SqliteConversationStore.Schema));

        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("backup", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }
}
