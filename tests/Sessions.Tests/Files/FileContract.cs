using System.Text;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;
using Millrace.Sessions.Batches;
using Millrace.Sessions.Files;
using Millrace.Sessions.Storage;
using Millrace.Sessions.Tests.Fixtures;
using Millrace.TestShared;

namespace Millrace.Sessions.Tests.Files;

/// <summary>What every store of files and batches does. Each database has a class that derives from this one.</summary>
public abstract class FileContract
{
    private static readonly CancellationToken None = CancellationToken.None;

    protected abstract IDatabase Database { get; }

    protected ManualTimeProvider Time { get; } = new();

    private SqlFileStore Store => new(Database);

    private SqlBatchStore BatchStore => new(Database);

    private StoredFileOptions Options { get; } = new() { FileBytesMax = 100, TenantBytesMax = 150, FilesMax = 3, BatchesMax = 2 };

    private FileService Files => new(Store, Microsoft.Extensions.Options.Options.Create(Options), Time);

    private BatchService Batches => new(BatchStore, Files, Microsoft.Extensions.Options.Options.Create(Options), Time);

    private BatchWork Work => new(BatchStore, Store, Microsoft.Extensions.Options.Options.Create(Options), Time);

    [StoreFact]
    public async Task Upload_InPieces_ComesBackByteForByteAndOnlyWhenWhole()
    {
        var upload = await Files.BeginAsync("t", None);
        await Files.AppendAsync(upload, [1, 2, 0], None);
        await Files.AppendAsync(upload, [255, 4], None);
        await Assert.ThrowsAsync<MillraceException>(() => Files.GetAsync("t", upload.Id, None));
        var stored = await Files.CompleteAsync(upload, new FileDescription("a\0b.jsonl", "user_data", "text/plain", 0), None);

        var found = await Files.GetAsync("t", stored.Id, None);
        Assert.Equal(("a\0b.jsonl", 5L, "text/plain"), (found.File.Name, found.File.Bytes, found.File.MediaType));
        Assert.Equal([1, 2, 0, 255, 4], await BytesAsync(found));
        Assert.Equal(
            Reason.FileNotFound, (await Assert.ThrowsAsync<MillraceException>(() => Files.GetAsync("other", stored.Id, None))).Reason);
    }

    [StoreFact]
    public async Task Upload_AboveALimit_IsRefusedAndLeavesNothing()
    {
        var upload = await Files.BeginAsync("t", None);
        var tooLarge = await Assert.ThrowsAsync<MillraceException>(() => Files.AppendAsync(upload, new byte[101], None));
        await Files.AbandonAsync(upload);
        await StoreAsync("a", new byte[90]);
        await Assert.ThrowsAsync<MillraceException>(() => StoreAsync("b", new byte[90]));
        await StoreAsync("c", [1]);
        await StoreAsync("d", [1]);
        await Assert.ThrowsAsync<MillraceException>(() => StoreAsync("e", [1]));

        Assert.Equal(Reason.PayloadTooLarge, tooLarge.Reason);
        Assert.Equal(["a", "c", "d"], (await ListAsync(ascending: true)).Select(file => file.Name));
    }

    [StoreFact]
    public async Task Sweep_TimeIsOverOrUploadBrokeOff_AreGone()
    {
        var kept = await StoreAsync("kept", [1]);
        await StoreAsync("short", [1], seconds: 3600);
        var broken = await Files.BeginAsync("t", None);
        Time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(["kept"], (await ListAsync()).Select(file => file.Name));
        using var sweeper = new FileSweeper(
            Store, BatchStore, Microsoft.Extensions.Options.Options.Create(Options), Time,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<FileSweeper>.Instance);
        Assert.Equal(2, await sweeper.SweepAsync(None));
        Assert.Equal([kept.Id], (await ListAsync()).Select(file => file.Id));
        Assert.NotEmpty(broken.Id);
    }

    [StoreFact]
    public async Task Lease_OneAtATime_UntilItsTimeIsOver()
    {
        await CreateAsync();

        var first = await Work.LeaseAsync(TimeSpan.FromSeconds(30), None);
        Assert.NotNull(first);
        Assert.Null(await Work.LeaseAsync(TimeSpan.FromSeconds(30), None));
        await Work.RecordAsync(first.Value.Lease, TimeSpan.FromSeconds(30), [new LineOutcome(0, false, "{\"r\":0}")], None);
        Time.Advance(TimeSpan.FromSeconds(31));
        var second = await Work.LeaseAsync(TimeSpan.FromSeconds(30), None);
        Assert.NotNull(second);

        Assert.Equal([0], second.Value.Done);
        var late = await Assert.ThrowsAsync<MillraceException>(() => Work.RecordAsync(
            first.Value.Lease, TimeSpan.FromSeconds(30), [new LineOutcome(1, false, "late")], None));
        Assert.Equal(Reason.AlreadyExists, late.Reason);
        await Assert.ThrowsAsync<MillraceException>(() => Work.FinishAsync(first.Value.Lease, false, None));
        var again = await Work.RecordAsync(
            second.Value.Lease,
            TimeSpan.FromSeconds(30),
            [new LineOutcome(0, true, "doubled"), new LineOutcome(2, true, "{\"r\":2}"), new LineOutcome(1, false, "{\"r\":1}")],
            None);
        Assert.Equal((2, 1), (again.Counts.Completed, again.Counts.Failed));

        var ended = await Work.FinishAsync(second.Value.Lease, false, None);
        Assert.Equal(BatchStage.Completed, ended.Stage);
        Assert.Equal("{\"r\":0}\n{\"r\":1}\n", await TextAsync(ended.OutputFile));
        Assert.Equal("{\"r\":2}\n", await TextAsync(ended.ErrorFile));
        Assert.Null(await Work.LeaseAsync(TimeSpan.FromSeconds(30), None));
    }

    [StoreFact]
    public async Task Lease_ReleasedBatch_WaitsBehindTheOthers()
    {
        var first = await CreateAsync();
        Time.Advance(TimeSpan.FromSeconds(1));
        var second = await CreateAsync();

        var lease = await Work.LeaseAsync(TimeSpan.FromSeconds(30), None);
        Time.Advance(TimeSpan.FromSeconds(1));
        await Work.ReleaseAsync(lease?.Lease ?? "", None);

        Assert.Equal(first.Id, lease?.Batch.Id);
        Assert.Equal(second.Id, (await Work.LeaseAsync(TimeSpan.FromSeconds(30), None))?.Batch.Id);
    }

    [StoreFact]
    public async Task Create_TooManyOrWrongPurpose_IsRefused()
    {
        var other = await StoreAsync("x", [1]);
        var input = (await StoreAsync("in", [1], "batch")).Id;
        await CreateAsync(input);
        await CreateAsync(input);

        var full = await Assert.ThrowsAsync<MillraceException>(() => CreateAsync(input));
        var purpose = await Assert.ThrowsAsync<MillraceException>(() => CreateAsync(other.Id));

        Assert.Equal((Reason.QueueFull, "input_file_id"), (full.Reason, purpose.Param));
    }

    [StoreFact]
    public async Task Cancel_WhileItRuns_KeepsWhatWasDone()
    {
        var batch = await CreateAsync();
        var lease = (await Work.LeaseAsync(TimeSpan.FromSeconds(30), None))?.Lease ?? "";
        await Work.ValidatedAsync(lease, 3, [], None);
        await Work.RecordAsync(lease, TimeSpan.FromSeconds(30), [new LineOutcome(0, false, "{}")], None);

        var cancelling = await Batches.CancelAsync("t", batch.Id, None);
        var kept = await Work.KeepAsync(lease, TimeSpan.FromSeconds(30), None);
        var ended = await Work.FinishAsync(lease, false, None);
        var again = await Batches.CancelAsync("t", batch.Id, None);

        Assert.Equal(
            (BatchStage.Cancelling, BatchStage.Cancelling, BatchStage.Cancelled, BatchStage.Cancelled),
            (cancelling.Stage, kept.Stage, ended.Stage, again.Stage));
        Assert.Equal((3, 1, 0), again.Counts);
        Assert.Equal("{}\n", await TextAsync(ended.OutputFile));
        Assert.Equal("", ended.ErrorFile);
    }

    [StoreFact]
    public async Task Validated_WithErrors_EndsItWithThem()
    {
        var batch = await CreateAsync();
        var lease = (await Work.LeaseAsync(TimeSpan.FromSeconds(30), None))?.Lease ?? "";

        await Work.ValidatedAsync(lease, 3, [new LineError("invalid_json_line", "Not JSON.", "", 2)], None);

        var found = await Batches.GetAsync("t", batch.Id, None);
        Assert.Equal((BatchStage.Failed, 2), (found.Stage, found.Errors.Single().Line));
        Assert.Null(await Work.LeaseAsync(TimeSpan.FromSeconds(30), None));
    }

    [StoreFact]
    public async Task Batch_OfLabels_IsThereForWhoHoldsThemAll()
    {
        var input = await StoreAsync("in", [1], "batch");
        CallContext.Current = new CallContext("t", "r") { Labels = ["hr", "it"] };
        var batch = await CreateAsync(input.Id);
        var lease = await Work.LeaseAsync(TimeSpan.FromSeconds(30), None);
        await Work.RecordAsync(lease?.Lease ?? "", TimeSpan.FromSeconds(30), [new LineOutcome(0, false, "{}")], None);
        var ended = await Work.FinishAsync(lease?.Lease ?? "", false, None);

        Assert.Equal(["hr", "it"], lease?.Batch.Holder.Labels ?? []);
        CallContext.Current = new CallContext("t", "r") { Labels = ["hr"] };
        await Assert.ThrowsAsync<MillraceException>(() => Batches.GetAsync("t", batch.Id, None));
        await Assert.ThrowsAsync<MillraceException>(() => Files.GetAsync("t", ended.OutputFile, None));
        Assert.Equal(["in"], (await ListAsync()).Select(file => file.Name));
        Assert.Empty((await Batches.ListAsync("t", "", 10, None)).Batches);
        CallContext.Current = new CallContext("t", "r") { Labels = ["it", "x", "hr"] };
        Assert.Single((await Batches.ListAsync("t", "", 10, None)).Batches);
        CallContext.Current = new CallContext("t", "r");
        Assert.Equal("{}\n", await TextAsync(ended.OutputFile));
    }

    private async Task<Batch> CreateAsync(string? input = null)
    {
        input ??= (await StoreAsync("in", [1], "batch")).Id;
        return await Batches.CreateAsync(
            new NewBatch("t", input, "/v1/embeddings", 24, new Dictionary<string, string> { ["k"] = "v" }), None);
    }

    private async Task<StoredFile> StoreAsync(string name, byte[] content, string purpose = "user_data", long seconds = 0)
    {
        var upload = await Files.BeginAsync("t", None);
        await Files.AppendAsync(upload, content, None);
        return await Files.CompleteAsync(upload, new FileDescription(name, purpose, "", seconds), None);
    }

    private async Task<IReadOnlyList<StoredFile>> ListAsync(bool ascending = false) =>
        (await Files.ListAsync("t", new FilePage("", null, ascending, 10), None)).Files;

    private async Task<byte[]> BytesAsync(NumberedFile file)
    {
        List<byte> bytes = [];
        await foreach (var piece in Files.ReadAsync(file, None)) bytes.AddRange(piece);
        return [.. bytes];
    }

    private async Task<string> TextAsync(string id) => Encoding.UTF8.GetString(await BytesAsync(await Files.GetAsync("t", id, None)));
}

public sealed class SqliteFileTests : FileContract, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteDatabase _database;

    public SqliteFileTests() => _database = new SqliteDatabase(_folder.File("sessions.db"));

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
public sealed class PostgresFileTests(PostgresServer server) : FileContract, IAsyncLifetime
{
    private readonly PostgresDatabase _database = server.Open();

    protected override IDatabase Database => _database;

    public Task InitializeAsync() => server.ClearAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();
}
