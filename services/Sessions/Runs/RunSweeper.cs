using System.Data.Common;
using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Sessions.Runs;

/// <summary>Deletes runs that were kept for as long as they ought to be, a few at a time.</summary>
public sealed class RunSweeper(IRunStore store, IOptions<RunOptions> options, TimeProvider time, ILogger<RunSweeper> logger)
    : BackgroundService
{
    /// <summary>Deletes all that are due now.</summary>
    /// <returns>How many were deleted.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var (total, deleted) = (0, 0);
        do
        {
            deleted = await store.ExpireAsync(time.GetUtcNow(), options.Value.SweepBatchMax, cancellationToken);
            total += deleted;
        }
        while (deleted == options.Value.SweepBatchMax);
        return total;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) await TrySweepAsync(stoppingToken);
    }

    private async Task TrySweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            var deleted = await SweepAsync(cancellationToken);
            if (deleted > 0) RunLog.Expired(logger, deleted);
        }
        catch (Exception error) when (error is DbException or MillraceException && !cancellationToken.IsCancellationRequested)
        {
            // The next search does it.
            RunLog.SweepFailed(logger, error);
        }
    }
}

/// <summary>Facts about runs. Event ids 5040 to 5049.</summary>
internal static partial class RunLog
{
    [LoggerMessage(5040, LogLevel.Information, "{Count} kept answers were deleted for their age", EventName = "RunsExpired")]
    public static partial void Expired(ILogger logger, int count);

    [LoggerMessage(5041, LogLevel.Warning, "Kept answers that are due could not be deleted", EventName = "RunSweepFailed")]
    public static partial void SweepFailed(ILogger logger, Exception error);
}

/// <summary>Registers what runs need.</summary>
internal static class RunServices
{
    public static void AddRuns(this IServiceCollection services)
    {
        services.AddSingleton<IRunStore, Storage.SqlRunStore>();
        services.AddSingleton<RunSignals>();
        services.AddSingleton<RunService>();
        services.AddHostedService<RunSweeper>();
    }
}
