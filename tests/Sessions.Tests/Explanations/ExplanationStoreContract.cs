using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Millrace.Sessions.Explanations;
using Millrace.Sessions.Storage;
using Millrace.Sessions.Tests.Fixtures;
using Millrace.TestShared;

namespace Millrace.Sessions.Tests.Explanations;

/// <summary>What every store of explanations does. Each database has a class that derives from this one.</summary>
public abstract class ExplanationStoreContract
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>The database under test, open and empty.</summary>
    protected abstract IDatabase Database { get; }

    private ManualTimeProvider Time { get; } = new();

    private SqlExplanationStore Store => new(Database, Time);

    [StoreFact]
    public async Task Put_Explanations_AreFoundByTheirTenantAlone()
    {
        await PutAsync(("t", "a", "{1}"), ("u", "a", "{2}"));

        Assert.Equal("{1}", await FindAsync("t", "a"));
        Assert.Equal("{2}", await FindAsync("u", "a"));
        Assert.Null(await FindAsync("v", "a"));
        Assert.Null(await FindAsync("t", "b"));
    }

    [StoreFact]
    public async Task Put_OfTheSameRequestAgain_TheLastOneStays()
    {
        await PutAsync(("t", "a", "{1}"), ("t", "a", "{2}"));
        await PutAsync(("t", "a", "{3}"));

        Assert.Equal("{3}", await FindAsync("t", "a"));
    }

    [StoreFact]
    public async Task Sweep_ExplanationsThatAreOld_Go()
    {
        await PutAsync(("t", "old", "{}"));
        Time.Advance(TimeSpan.FromHours(23));
        await PutAsync(("t", "young", "{}"));
        Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(1, await Sweeper(new ExplanationOptions()).SweepAsync(None));

        Assert.Null(await FindAsync("t", "old"));
        Assert.NotNull(await FindAsync("t", "young"));
    }

    [StoreFact]
    public async Task Sweep_MoreThanMayBe_TheOldestGoInSeveralSteps()
    {
        await PutAsync([.. Enumerable.Range(0, 10).Select(i => ("t", $"r{i}", "{}"))]);

        Assert.Equal(7, await Sweeper(new ExplanationOptions { CountMax = 3, SweepBatchMax = 2 }).SweepAsync(None));

        Assert.Null(await FindAsync("t", "r6"));
        Assert.NotNull(await FindAsync("t", "r7"));
    }

    private ExplanationSweeper Sweeper(ExplanationOptions options) =>
        new(Store, Options.Create(options), Time, NullLogger<ExplanationSweeper>.Instance);

    private Task PutAsync(params (string Tenant, string Request, string Json)[] all) => Store.PutAsync(
        [.. all.Select(one => new StoredExplanation(one.Tenant, one.Request, Encoding.UTF8.GetBytes(one.Json)))], None);

    private async Task<string?> FindAsync(string tenant, string request) =>
        await Store.FindAsync(tenant, request, None) is { } json ? Encoding.UTF8.GetString(json) : null;
}

public sealed class SqliteExplanationStoreTests : ExplanationStoreContract, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteDatabase _database;

    public SqliteExplanationStoreTests() => _database = new SqliteDatabase(_folder.File("sessions.db"));

    protected override IDatabase Database => _database;

    public Task InitializeAsync() => _database.OpenAsync(CancellationToken.None);

    public Task DisposeAsync()
    {
        _database.Dispose();
        _folder.Dispose();
        return Task.CompletedTask;
    }
}

[Collection(PostgresServer.Collection)]
public sealed class PostgresExplanationStoreTests(PostgresServer server) : ExplanationStoreContract, IAsyncLifetime
{
    private readonly PostgresDatabase _database = server.Open();

    protected override IDatabase Database => _database;

    public Task InitializeAsync() => server.ClearAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();
}
