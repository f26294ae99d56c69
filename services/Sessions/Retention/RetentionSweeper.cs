using System.Data.Common;
using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Errors;
using Millrace.Sessions.Conversations;
using Millrace.Sessions.Telemetry;

namespace Millrace.Sessions.Retention;

/// <summary>Deletes conversations that nobody has appended to for longer than they are kept, a few at a time.</summary>
public sealed class RetentionSweeper(
    IConversationStore store,
    IOptions<RetentionOptions> options,
    SessionsTelemetry telemetry,
    TimeProvider time,
    ILogger<RetentionSweeper> logger) : BackgroundService
{
    private readonly RetentionOptions _options = options.Value;

    private bool KeepsEverything => _options.Days == 0 && _options.Tenants.Values.All(days => days == 0);

    /// <summary>Deletes all that are due now.</summary>
    /// <returns>How many were deleted.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var startedAt = telemetry.Now();
        var deleted = 0;
        foreach (var (tenant, days) in _options.Tenants.Where(own => own.Value > 0))
            deleted += await ExpireAsync(tenant, days, cancellationToken);
        if (_options.Days > 0) deleted += await ExpireAsync(tenant: null, _options.Days, cancellationToken);
        telemetry.Swept(startedAt);
        return deleted;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (KeepsEverything) return;
        using var timer = new PeriodicTimer(_options.Interval, time);
        do
        {
            await TrySweepAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task TrySweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            var deleted = await SweepAsync(cancellationToken);
            if (deleted > 0) RetentionLog.Expired(logger, deleted);
        }
        catch (Exception error) when (error is DbException or MillraceException && !cancellationToken.IsCancellationRequested)
        {
            // The next search does it.
            RetentionLog.SweepFailed(logger, error);
        }
    }

    private async Task<int> ExpireAsync(string? tenant, int days, CancellationToken cancellationToken)
    {
        var expiry = new Expiry(
            time.GetUtcNow() - TimeSpan.FromDays(days), tenant, [.. _options.Tenants.Keys], _options.BatchMax);
        var (total, deleted) = (0, 0);
        do
        {
            deleted = await store.ExpireAsync(expiry, cancellationToken);
            telemetry.Expired(deleted);
            total += deleted;
        }
        while (deleted == _options.BatchMax);
        return total;
    }
}

/// <summary>What the sweeper logs; never who said what.</summary>
internal static partial class RetentionLog
{
    [LoggerMessage(5000, LogLevel.Information, "{Count} conversations were deleted for their age", EventName = "ConversationsExpired")]
    public static partial void Expired(ILogger logger, int count);

    [LoggerMessage(5001, LogLevel.Warning, "Conversations that are due could not be deleted", EventName = "SweepFailed")]
    public static partial void SweepFailed(ILogger logger, Exception error);
}
