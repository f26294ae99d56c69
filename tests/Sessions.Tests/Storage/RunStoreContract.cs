using System.Text;
using Millrace.Sessions.Runs;
using Millrace.Sessions.Storage;
using Millrace.Sessions.Tests.Fixtures;
using Millrace.TestShared;

namespace Millrace.Sessions.Tests.Storage;

/// <summary>What every store of runs does. Each database has a class that derives from this one.</summary>
public abstract class RunStoreContract
{
    protected static readonly RunKey Key = new("t", "r");
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>The database under test, open and empty.</summary>
    protected abstract IDatabase Database { get; }

    private ManualTimeProvider Time { get; } = new();

    private SqlRunStore Runs => new(Database, Time);

    [StoreFact]
    public async Task Begin_Twice_TheSecondFindsTheFirst()
    {
        var (first, created) = await BeginAsync();
        var (second, found) = await BeginAsync();

        Assert.Equal((BeginOutcome.Created, BeginOutcome.Exists), (first, second));
        Assert.Equal((1, 1), (created?.Fence, found?.LastSequence));
        Assert.Equal("input", Text((await ReadAsync()).Single()));
    }

    [StoreFact]
    public async Task Begin_ManyAtOnce_OneCreates()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => BeginAsync())).DefaultTimeout();

        Assert.Equal(1, outcomes.Count(outcome => outcome.Outcome == BeginOutcome.Created));
        Assert.Equal(7, outcomes.Count(outcome => outcome.Outcome == BeginOutcome.Exists));
    }

    [StoreFact]
    public async Task Begin_OtherHash_IsAConflict()
    {
        await BeginAsync();

        Assert.Equal(BeginOutcome.Conflict, (await BeginAsync(hash: 2)).Outcome);
    }

    [StoreFact]
    public async Task Begin_MoreThanTheTenantMayHave_IsRefused()
    {
        await BeginAsync(runsMax: 1);

        Assert.Equal(BeginOutcome.Full, (await BeginAsync(Key with { Id = "other" }, runsMax: 1)).Outcome);
        Assert.Equal(BeginOutcome.Created, (await BeginAsync(Key with { Tenant = "other" }, runsMax: 1)).Outcome);
        Assert.Equal(BeginOutcome.Exists, (await BeginAsync(runsMax: 1)).Outcome);
    }

    [StoreFact]
    public async Task Begin_AfterAVoidEnd_CreatesItAnewWithAHigherFence()
    {
        await BeginAsync();
        await AppendAsync(1, 2, "a");
        await FinishAsync(1, RunState.Failed, isVoid: true);

        var (outcome, run) = await BeginAsync(hash: 2);

        Assert.Equal((BeginOutcome.Created, 2, RunState.Running), (outcome, run?.Fence, run?.State));
        Assert.Equal(["input"], (await ReadAsync()).Select(Text));
    }

    [StoreFact]
    public async Task Append_SentAgain_StoresEachFrameOnce()
    {
        await BeginAsync();
        await AppendAsync(1, 2, "a", "b");

        var again = await AppendAsync(1, 3, "b", "c");

        Assert.Equal(FrameOutcome.Stored, again);
        Assert.Equal(["input", "a", "b", "c"], (await ReadAsync()).Select(Text));
        Assert.Equal([1L, 2, 3, 4], (await ReadAsync()).Select(frame => frame.Sequence));
    }

    [StoreFact]
    public async Task Append_WithAGapOrTooMuch_StoresNothing()
    {
        await BeginAsync();

        Assert.Equal(FrameOutcome.Gap, await AppendAsync(1, 4, "c"));
        Assert.Equal(FrameOutcome.TooLarge, await AppendAsync(1, 2, new string('x', 2000)));
        Assert.Single(await ReadAsync());
    }

    [StoreFact]
    public async Task Append_WithAStaleFence_StoresNothing()
    {
        await BeginAsync();
        Time.Advance(Lease);
        await Runs.TakeAsync(Key, "b", Lease, None);

        Assert.Equal(FrameOutcome.Stale, await AppendAsync(1, 2, "old"));
        Assert.Equal(FrameOutcome.Stored, await AppendAsync(2, 2, "new"));
        Assert.False((await FinishAsync(1, RunState.Completed)).IsOwner);
        Assert.Equal(["input", "new"], (await ReadAsync()).Select(Text));
    }

    [StoreFact]
    public async Task Take_BeforeTheLeaseEnds_IsRefused()
    {
        await BeginAsync();
        Time.Advance(Lease - TimeSpan.FromMilliseconds(1));

        Assert.False((await Runs.TakeAsync(Key, "b", Lease, None)).IsTaken);
        Assert.True((await Runs.RenewAsync(Key, 1, Lease, None)).IsOwner);
        Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False((await Runs.TakeAsync(Key, "b", Lease, None)).IsTaken);
    }

    [StoreFact]
    public async Task Take_ByManyAtOnce_OneGetsIt()
    {
        await BeginAsync();
        Time.Advance(Lease);

        var takes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Runs.TakeAsync(Key, $"g{i}", Lease, None))).DefaultTimeout();

        var taken = Assert.Single(takes, take => take.IsTaken);
        Assert.Equal(2, taken.Run?.Fence);
    }

    [StoreFact]
    public async Task Finish_ByItsOwner_KeepsWhatWasShownAlone()
    {
        await BeginAsync();
        await Runs.AppendAsync(Key, Frames(1, 2, FrameKind.Prepared, "p"), None);
        await Runs.AppendAsync(Key, Frames(1, 3, FrameKind.Raw, "raw"), None);
        await Runs.AppendAsync(Key, Frames(1, 4, FrameKind.Head, "head"), None);
        await AppendAsync(1, 5, "shown");
        Assert.Equal(["head", "shown"], (await ReadAsync(shownOnly: true)).Select(Text));

        var (isOwner, run) = await FinishAsync(1, RunState.Completed);

        Assert.True(isOwner);
        Assert.Equal((RunState.Completed, "done"), (run!.State, Encoding.UTF8.GetString(run.Result)));
        Assert.Equal(["head", "shown"], (await ReadAsync()).Select(Text));
        Assert.Equal(FrameOutcome.Stale, await AppendAsync(1, 6, "late"));
    }

    [StoreFact]
    public async Task Read_InPages_GivesEachFrameOnce()
    {
        await BeginAsync();
        await AppendAsync(1, 2, "a", "b", "c");

        Assert.Equal(["a", "b"], (await Runs.ReadAsync(Key, new FramePage(1, false, 2), None)).Select(Text));
        Assert.Equal(["c"], (await Runs.ReadAsync(Key, new FramePage(3, false, 2), None)).Select(Text));
    }

    [StoreFact]
    public async Task AnyCall_OfAnotherTenant_DoesNotSeeTheRun()
    {
        await BeginAsync();
        Time.Advance(Lease);
        var other = Key with { Tenant = "other" };

        Assert.Null(await Runs.FindAsync(other, None));
        Assert.Null((await Runs.AppendAsync(other, Frames(1, 2, FrameKind.Event, "x"), None)).Run);
        Assert.Null((await Runs.RenewAsync(other, 1, Lease, None)).Run);
        Assert.Null((await Runs.TakeAsync(other, "b", Lease, None)).Run);
        Assert.Null((await Runs.FinishAsync(other, 1, Ending(RunState.Failed, false), None)).Run);
        Assert.Null(await Runs.CancelAsync(other, None));
        Assert.Empty(await Runs.ReadAsync(other, new FramePage(0, false, 9), None));
        Assert.False(await Runs.DeleteAsync(other, None));
        Assert.Equal(1, (await Runs.FindAsync(Key, None))?.Fence);
    }

    [StoreFact]
    public async Task Cancel_RunningRun_IsToldToItsOwner()
    {
        await BeginAsync();

        await Runs.CancelAsync(Key, None);

        Assert.True((await Runs.RenewAsync(Key, 1, Lease, None)).Run?.CancelRequested);
    }

    [StoreFact]
    public async Task Expire_RunsThatAreDue_GoWithTheirFrames()
    {
        await BeginAsync();
        await BeginAsync(Key with { Id = "younger" });
        await FinishAsync(1, RunState.Completed);
        Time.Advance(TimeSpan.FromHours(1));
        await Runs.FinishAsync(Key with { Id = "younger" }, 1, Ending(RunState.Completed, false), None);

        Assert.Equal(1, await Runs.ExpireAsync(Time.GetUtcNow(), 10, None));
        Assert.Null(await Runs.FindAsync(Key, None));
        Assert.Empty(await ReadAsync());
        Assert.NotNull(await Runs.FindAsync(Key with { Id = "younger" }, None));
    }

    [StoreFact]
    public async Task Expire_RunThatSomebodyMakes_StaysHoweverOldItIs()
    {
        await BeginAsync();
        Time.Advance(TimeSpan.FromHours(2));
        await Runs.RenewAsync(Key, 1, Lease, None);

        Assert.Equal(0, await Runs.ExpireAsync(Time.GetUtcNow(), 10, None));
        Time.Advance(Lease);
        Assert.Equal(1, await Runs.ExpireAsync(Time.GetUtcNow(), 10, None));
    }

    [StoreFact]
    public async Task Orphans_RunsThatGoOnAlone_AreListedOnceTheirLeaseEnds()
    {
        await BeginAsync();
        await BeginAloneAsync("late");
        Time.Advance(TimeSpan.FromSeconds(1));
        await BeginAloneAsync("last");
        await BeginAloneAsync("over");
        await Runs.FinishAsync(Key with { Id = "over" }, 1, Ending(RunState.Completed, false), None);
        Assert.Empty(await OrphansAsync());

        Time.Advance(Lease);

        Assert.Equal(["late", "last"], (await OrphansAsync()).Select(key => key.Id));
        Assert.Equal("late", (await OrphansAsync(limit: 1)).Single().Id);
        await Runs.TakeAsync(Key with { Id = "late" }, "b", Lease, None);
        Assert.Equal(["last"], (await OrphansAsync()).Select(key => key.Id));
    }

    [StoreFact]
    public async Task Take_AgainAndAgain_CountsThem()
    {
        await BeginAsync();
        for (var times = 1; times < 4; times++)
        {
            Time.Advance(Lease);
            Assert.Equal(times, (await Runs.TakeAsync(Key, "b", Lease, None)).Run?.TakeoverCount);
        }

        await FinishAsync(4, RunState.Failed, isVoid: true);
        Assert.Equal(0, (await BeginAsync()).Run?.TakeoverCount);
    }

    [StoreFact]
    public async Task Read_OfAnEarlierGeneration_GivesNothing()
    {
        var (_, first) = await BeginAsync();
        await AppendAsync(1, 2, "a");
        await FinishAsync(1, RunState.Failed, isVoid: true);
        var (_, second) = await BeginAsync();

        Assert.NotEqual(first!.Generation, second!.Generation);
        Assert.Empty(await Runs.ReadAsync(Key, new FramePage(0, false, 9, first.Generation), None));
        Assert.Single(await Runs.ReadAsync(Key, new FramePage(0, false, 9, second.Generation), None));
    }

    private static string Text(StoredFrame frame) => Encoding.UTF8.GetString(frame.Payload);

    private static FrameAddition Frames(long fence, long first, FrameKind kind, params string[] texts) => new(
        fence, first, [.. texts.Select(text => new NewFrame(kind, Encoding.UTF8.GetBytes(text)))], Lease, BytesMax: 1000);

    private static RunEnding Ending(RunState state, bool isVoid) => new(state, "done"u8.ToArray(), isVoid, TimeSpan.FromHours(1));

    private Task<(BeginOutcome Outcome, StoredRun? Run)> BeginAsync(
        RunKey? key = null, byte hash = 1, int runsMax = 100) => Runs.BeginAsync(
        key ?? Key, new RunBeginning([hash], "a", Lease, TimeSpan.FromHours(1), "input"u8.ToArray(), []), runsMax, None);

    private Task<(BeginOutcome Outcome, StoredRun? Run)> BeginAloneAsync(string id) => Runs.BeginAsync(
        Key with { Id = id },
        new RunBeginning([1], "a", Lease, TimeSpan.FromHours(1), "input"u8.ToArray(), []) { GoesOnAlone = true },
        100,
        None);

    private Task<IReadOnlyList<RunKey>> OrphansAsync(int limit = 9) => Runs.OrphansAsync(Time.GetUtcNow(), limit, None);

    private async Task<FrameOutcome> AppendAsync(long fence, long first, params string[] texts) =>
        (await Runs.AppendAsync(Key, Frames(fence, first, FrameKind.Event, texts), None)).Outcome;

    private Task<(bool IsOwner, StoredRun? Run)> FinishAsync(long fence, RunState state, bool isVoid = false) =>
        Runs.FinishAsync(Key, fence, Ending(state, isVoid), None);

    private Task<IReadOnlyList<StoredFrame>> ReadAsync(bool shownOnly = false) =>
        Runs.ReadAsync(Key, new FramePage(0, shownOnly, 100), None);
}

public sealed class SqliteRunStoreTests : RunStoreContract, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteDatabase _database;

    public SqliteRunStoreTests() => _database = new SqliteDatabase(_folder.File("sessions.db"));

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
public sealed class PostgresRunStoreTests(PostgresServer server) : RunStoreContract, IAsyncLifetime
{
    private readonly PostgresDatabase _database = server.Open();

    protected override IDatabase Database => _database;

    public Task InitializeAsync() => server.ClearAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();
}
