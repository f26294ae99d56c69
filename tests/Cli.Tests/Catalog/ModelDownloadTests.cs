using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Millrace.Cli.Catalog;
using Millrace.TestShared;

namespace Millrace.Cli.Tests.Catalog;

public sealed class ModelDownloadTests : IDisposable
{
    private static readonly byte[] Model = RandomBytes(300_000);
    private static readonly string Checksum = Convert.ToHexStringLower(SHA256.HashData(Model));

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly DownloadTime _time = new();
    private readonly Reports _reports = new();

    private string Target => _folder.File("deep/model.gguf");

    private string Part => Target + ".part";

    [Fact]
    public async Task Run_WholeFile_AppearsWithItsContentAndProgress()
    {
        await using var server = await FileServer.StartAsync(FileServer.Whole(Model));

        await RunAsync(server);

        Assert.Equal(Model, await File.ReadAllBytesAsync(Target));
        Assert.False(File.Exists(Part));
        Assert.Equal([""], server.Ranges);
        Assert.Equal(new DownloadProgress(Model.Length, Model.Length), _reports.Last());
        Assert.Equal(_reports.Select(report => report.Bytes).Order(), _reports.Select(report => report.Bytes));
    }

    [Fact]
    public async Task Run_ConnectionBreaks_GoesOnWhereItStopped()
    {
        await using var server = await FileServer.StartAsync(
            FileServer.Cut(Model, 100_000), FileServer.Cut(Model, 50_000), FileServer.Whole(Model));

        await RunAsync(server);

        Assert.Equal(Model, await File.ReadAllBytesAsync(Target));
        var ranges = server.Ranges.ToArray();
        Assert.Equal("", ranges[0]);
        Assert.Matches("^bytes=[1-9][0-9]*-$", ranges[1]);
        Assert.Matches("^bytes=[1-9][0-9]*-$", ranges[2]);
        Assert.Equal(3, ranges.Length);
    }

    [Fact]
    public async Task Run_PartOfAnEarlierRun_IsContinued()
    {
        await LeavePartAsync(Model[..120_000]);
        await using var server = await FileServer.StartAsync(FileServer.Whole(Model));

        await RunAsync(server);

        Assert.Equal(["bytes=120000-"], server.Ranges);
        Assert.Equal(Model, await File.ReadAllBytesAsync(Target));
    }

    [Fact]
    public async Task Run_WholePartOfAnEarlierRun_IsVerifiedAndTaken()
    {
        await LeavePartAsync(Model);
        await using var server = await FileServer.StartAsync(FileServer.Whole(Model));

        await RunAsync(server);

        Assert.Equal(Model, await File.ReadAllBytesAsync(Target));
    }

    [Fact]
    public async Task Run_PartLongerThanTheFile_StartsAnew()
    {
        await LeavePartAsync(RandomBytes(Model.Length + 1));
        await using var server = await FileServer.StartAsync(FileServer.Whole(Model));

        await RunAsync(server, sha256: null, sizeBytes: null);

        Assert.Equal(Model, await File.ReadAllBytesAsync(Target));
    }

    [Fact]
    public async Task Run_ServerIgnoresTheRange_TakesTheWholeFileAgain()
    {
        await LeavePartAsync(Model[..120_000]);
        await using var server = await FileServer.StartAsync(FileServer.IgnoringRange(Model));

        await RunAsync(server);

        Assert.Equal(Model, await File.ReadAllBytesAsync(Target));
    }

    [Fact]
    public async Task Run_FileIsThere_AsksNobody()
    {
        await using var server = await FileServer.StartAsync(FileServer.Whole(Model));
        await RunAsync(server);

        await RunAsync(server);

        Assert.Single(server.Ranges);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(403)]
    public async Task Run_ServerRefuses_SaysHowAndWhatToDo(int status)
    {
        await using var server = await FileServer.StartAsync(FileServer.Status(status));

        var error = await Assert.ThrowsAsync<CommandException>(() => RunAsync(server));

        Assert.Contains($"{server.Url} answered {status}", error.Message, StringComparison.Ordinal);
        Assert.Contains("give its path to --model", error.Message, StringComparison.Ordinal);
        Assert.Single(server.Ranges);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Run_ServerFailsOnce_IsAskedAgain(int status)
    {
        await using var server = await FileServer.StartAsync(FileServer.Status(status), FileServer.Whole(Model));

        await RunAsync(server);

        Assert.Equal(2, server.Ranges.Count);
        Assert.Equal(Model, await File.ReadAllBytesAsync(Target));
    }

    [Fact]
    public async Task Run_ServerFailsForGood_GivesUpAndSaysWhy()
    {
        await using var server = await FileServer.StartAsync(FileServer.Status(StatusCodes.Status502BadGateway));

        var error = await Assert.ThrowsAsync<CommandException>(() => RunAsync(server));

        Assert.Equal(5, server.Ranges.Count);
        Assert.Contains("broke 5 times", error.Message, StringComparison.Ordinal);
        Assert.Contains("502", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WrongChecksum_DeletesWhatCame()
    {
        await using var server = await FileServer.StartAsync(FileServer.Whole(RandomBytes(Model.Length)));

        var error = await Assert.ThrowsAsync<CommandException>(() => RunAsync(server));

        Assert.Contains("another checksum", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Part));
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task Run_WrongSize_SaysBothSizesAndDeletesWhatCame()
    {
        await using var server = await FileServer.StartAsync(FileServer.Whole(Model));

        var error = await Assert.ThrowsAsync<CommandException>(() => RunAsync(server, sha256: null, sizeBytes: 5));

        Assert.Contains("has 300000 bytes instead of 5", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Part));
    }

    [Fact]
    public async Task Run_StreamStalls_IsGivenUpAfterTheTimeoutAndResumed()
    {
        await using var server = await FileServer.StartAsync(FileServer.Stall(Model, 80_000), FileServer.Whole(Model));
        var run = RunAsync(server);
        await _reports.Reached(80_000).DefaultTimeout();

        _time.Stall();
        await run.DefaultTimeout();

        Assert.Equal(Model, await File.ReadAllBytesAsync(Target));
        Assert.Equal(["", "bytes=80000-"], server.Ranges);
    }

    [Fact]
    public async Task Run_ServerSaysNothing_IsGivenUpAfterTheTimeoutAndAskedAgain()
    {
        var asked = new TaskCompletionSource();
        await using var server = await FileServer.StartAsync(
            context =>
            {
                asked.SetResult();
                return FileServer.Silence(context);
            },
            FileServer.Whole(Model));
        var run = RunAsync(server);
        await asked.Task.DefaultTimeout();

        _time.Stall();
        await run.DefaultTimeout();

        Assert.Equal(["", ""], server.Ranges);
    }

    [Fact]
    public async Task Run_Cancelled_KeepsWhatCame()
    {
        await using var server = await FileServer.StartAsync(FileServer.Stall(Model, 80_000));
        using var cancel = new CancellationTokenSource();
        var run = RunAsync(new DownloadRequest(server.Url, Target, Checksum, Model.Length), cancel.Token);
        await _reports.Reached(80_000).DefaultTimeout();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.DefaultTimeout());
        Assert.Equal(80_000, new FileInfo(Part).Length);
    }

    [Fact]
    public async Task Run_FolderCannotBeWritten_SaysSo()
    {
        await File.WriteAllTextAsync(_folder.File("deep"), "");
        await using var server = await FileServer.StartAsync(FileServer.Whole(Model));

        var error = await Assert.ThrowsAsync<CommandException>(() => RunAsync(server));

        Assert.Contains("deep", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        Random.Shared.NextBytes(bytes);
        return bytes;
    }

    private async Task LeavePartAsync(byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        await File.WriteAllBytesAsync(Part, bytes);
    }

    private Task RunAsync(FileServer server) => RunAsync(server, Checksum, Model.Length);

    private Task RunAsync(FileServer server, string? sha256, long? sizeBytes) =>
        RunAsync(new DownloadRequest(server.Url, Target, sha256, sizeBytes), CancellationToken.None);

    private Task RunAsync(DownloadRequest request, CancellationToken cancellationToken) =>
        new ModelDownload(_http, _time, _reports).RunAsync(request, cancellationToken);
}
