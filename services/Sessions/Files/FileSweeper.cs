using System.Data.Common;
using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Errors;
using Millrace.Sessions.Batches;

namespace Millrace.Sessions.Files;

/// <summary>Deletes files whose time is over, uploads that broke off, and batches that ended long ago, a few at a time.</summary>
public sealed class FileSweeper(
    IFileStore files, IBatchStore batches, IOptions<StoredFileOptions> options, TimeProvider time, ILogger<FileSweeper> logger)
    : BackgroundService
{
    private const int AtOnce = 50;

    /// <summary>Deletes all that is due now.</summary>
    /// <returns>How many files and batches were deleted.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var settings = options.Value;
        var deleted = await AllAsync(() => files.SweepAsync(now, now - settings.UploadTimeout, AtOnce, cancellationToken));
        if (settings.BatchDays == 0) return deleted;
        return deleted + await AllAsync(() => batches.SweepAsync(now.AddDays(-settings.BatchDays), AtOnce, cancellationToken));
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) await TrySweepAsync(stoppingToken);
    }

    private static async Task<int> AllAsync(Func<Task<int>> sweep)
    {
        var total = 0;
        for (var deleted = AtOnce; deleted == AtOnce; total += deleted) deleted = await sweep();
        return total;
    }

    private async Task TrySweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            var deleted = await SweepAsync(cancellationToken);
            if (deleted > 0) FileLog.Swept(logger, deleted);
        }
        catch (Exception error) when (error is DbException or MillraceException && !cancellationToken.IsCancellationRequested)
        {
            // The next search does it.
            FileLog.SweepFailed(logger, error);
        }
    }
}

/// <summary>What is logged of files; never their names. Event ids 5020 to 5039.</summary>
internal static partial class FileLog
{
    [LoggerMessage(5020, LogLevel.Information, "{Count} files and batches were deleted for their age", EventName = "FilesSwept")]
    public static partial void Swept(ILogger logger, int count);

    [LoggerMessage(5021, LogLevel.Warning, "Files that are due could not be deleted", EventName = "FileSweepFailed")]
    public static partial void SweepFailed(ILogger logger, Exception error);
}
