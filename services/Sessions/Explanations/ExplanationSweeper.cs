using System.Data.Common;
using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Configuration;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Sessions.Explanations;

/// <summary>Deletes explanations that were kept for as long as they ought to be, or are more than may be, a few at a time.</summary>
public sealed class ExplanationSweeper(
    IExplanationStore store, IOptions<ExplanationOptions> options, TimeProvider time, ILogger<ExplanationSweeper> logger)
    : BackgroundService
{
    private readonly ExplanationOptions _options = options.Value;

    /// <summary>Deletes all that are due now.</summary>
    /// <returns>How many were deleted.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var (total, deleted) = (0, 0);
        do
        {
            deleted = await store.ExpireAsync(
                time.GetUtcNow() - _options.KeptFor, _options.CountMax, _options.SweepBatchMax, cancellationToken);
            total += deleted;
        }
        while (deleted == _options.SweepBatchMax);
        return total;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_options.SweepInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) await TrySweepAsync(stoppingToken);
    }

    private async Task TrySweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SweepAsync(cancellationToken);
        }
        catch (Exception error) when (error is DbException or MillraceException && !cancellationToken.IsCancellationRequested)
        {
            // The next search does it.
            ExplanationLog.SweepFailed(logger, error);
        }
    }
}

/// <summary>Facts about explanations; never what is in them. Event ids 5050 to 5059.</summary>
internal static partial class ExplanationLog
{
    [LoggerMessage(5050, LogLevel.Warning, "Explanations that are due could not be deleted", EventName = "ExplanationSweepFailed")]
    public static partial void SweepFailed(ILogger logger, Exception error);
}

/// <summary>Registers what explanations need.</summary>
internal static class ExplanationServices
{
    public static void AddExplanations(this IServiceCollection services)
    {
        services.AddValidatedOptions<ExplanationOptions>("Sessions:Explanations");
        services.AddSingleton<IExplanationStore, SqlExplanationStore>();
        services.AddHostedService<ExplanationSweeper>();
    }
}
