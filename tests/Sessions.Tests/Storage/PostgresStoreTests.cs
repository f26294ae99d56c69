using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Hosting;
using Millrace.Sessions.Conversations;
using Millrace.Sessions.Storage;
using Millrace.Sessions.Tests.Fixtures;
using Millrace.TestShared;
using Npgsql;

namespace Millrace.Sessions.Tests.Storage;

[Collection(PostgresServer.Collection)]
public sealed class PostgresStoreTests(PostgresServer server) : StoreContract, IAsyncLifetime
{
    private readonly PostgresDatabase _database = server.Open();

    protected override IDatabase Database => _database;

    public Task InitializeAsync() => server.ClearAsync();

    [StoreFact]
    public async Task Open_ByManyAtOnce_MakesTheTablesOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _database.OpenAsync(CancellationToken.None)));

        Assert.Equal(CreateOutcome.Created, await CreateAsync());
    }

    [StoreFact]
    public async Task Open_NoServer_NamesThePlaceAndNotThePassword()
    {
        var options = new StoreOptions { StartTimeout = TimeSpan.Zero };
        await using var nowhere = new PostgresDatabase("Host=127.0.0.1;Port=1;Password=hidden;Database=d", options, TimeProvider.System);

        var error = await Assert.ThrowsAsync<StartupException>(() => nowhere.OpenAsync(CancellationToken.None));

        Assert.Contains("127.0.0.1:1/d", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", error.Message, StringComparison.Ordinal);
    }

    [StoreFact]
    public async Task Write_ConflictWithAnother_IsTriedAgain()
    {
        var attempts = 0;

        var result = await _database.WriteAsync(
            _ => ++attempts < 3
                ? throw new PostgresException("conflict", "ERROR", "ERROR", PostgresErrorCodes.SerializationFailure)
                : Task.FromResult(attempts),
            CancellationToken.None).DefaultTimeout();

        Assert.Equal(3, result);
    }

    [StoreFact]
    public async Task Write_ConflictThatStays_IsUnavailableForAWhile()
    {
        var error = await Assert.ThrowsAsync<MillraceException>(() => _database.WriteAsync<int>(
            _ => throw new PostgresException("conflict", "ERROR", "ERROR", PostgresErrorCodes.DeadlockDetected),
            CancellationToken.None)).DefaultTimeout();

        Assert.Equal(Reason.UpstreamUnavailable, error.Reason);
        Assert.NotNull(error.RetryAfter);
    }

    [StoreFact]
    public async Task Read_IdThatNoTextCanHave_IsTheCallersFault()
    {
        var error = await Assert.ThrowsAsync<MillraceException>(() => _database.ReadAsync(
            session => session.NumberAsync("SELECT COUNT(*) FROM conversations WHERE id = @id", new { id = "a\0" }),
            CancellationToken.None)).DefaultTimeout();

        Assert.Equal(Reason.InvalidArgument, error.Reason);
    }

    [StoreFact]
    public async Task Read_StatementThatTakesTooLong_IsEndedByTheServer()
    {
        var options = new StoreOptions { StatementTimeout = TimeSpan.FromMilliseconds(100) };
        await using var hasty = new PostgresDatabase(server.ConnectionString, options, TimeProvider.System);

        var error = await Assert.ThrowsAsync<MillraceException>(() => hasty.ReadAsync(
            session => session.ExecuteAsync("SELECT pg_sleep(60)"), CancellationToken.None)).DefaultTimeout();

        Assert.Equal(Reason.DeadlineExceeded, error.Reason);
    }

    [StoreFact]
    public async Task Read_MoreAtOnceThanConnections_TakesTurns()
    {
        var options = new StoreOptions { ConnectionsMax = 2 };
        await using var narrow = new PostgresDatabase(server.ConnectionString, options, TimeProvider.System);

        var read = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => narrow.ReadAsync(
            session => session.NumberAsync("SELECT @i", new { i = (long)i }), CancellationToken.None))).DefaultTimeout();

        Assert.Equal(Enumerable.Range(0, 20).Select(i => (long)i), read);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();
}
