using Microsoft.Extensions.Options;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Runs;

/// <summary>
/// Looks now and then for runs that are to go on although nobody reads them and whose gateway has died, and goes on with a few of them.
/// Gateways look at different times, and of several that want one the store gives it to one.
/// </summary>
internal sealed class OrphanSweep(
    RunWorkService.RunWorkServiceClient work, RunHost host, IOptions<RunsOptions> options, TimeProvider time, ILogger<OrphanSweep> logger)
    : BackgroundService
{
    private readonly RunsOptions _options = options.Value;
    private bool _hasFailed;

    /// <summary>Looks once.</summary>
    /// <returns>How many runs this gateway has taken over.</returns>
    /// <exception cref="MillraceException">The store cannot be asked.</exception>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var room = Math.Min(_options.SweepMax, host.Room);
        if (room == 0) return 0;
        var found = await work.ListOrphansAsync(
            new ListOrphansRequest { Limit = (uint)_options.SweepMax }, cancellationToken: cancellationToken);
        var orphans = found.Runs.ToArray();
        Random.Shared.Shuffle(orphans);
        var taken = 0;
        foreach (var orphan in orphans)
        {
            if (taken == room) break;
            if (await TryTakeAsync(orphan, cancellationToken)) taken++;
        }

        return taken;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_options.SweepInterval == TimeSpan.Zero) return;
        while (true)
        {
            await Task.Delay(_options.SweepInterval * (0.5 + Random.Shared.NextDouble()), time, stoppingToken);
            await TrySweepAsync(stoppingToken);
        }
    }

    private async Task TrySweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SweepAsync(cancellationToken);
            _hasFailed = false;
        }
        catch (MillraceException error) when (!cancellationToken.IsCancellationRequested)
        {
            // Told once; the next search does it.
            if (!_hasFailed) RunLog.SearchFailed(logger, error.Reason);
            _hasFailed = true;
        }
    }

    private async Task<bool> TryTakeAsync(OrphanedRun orphan, CancellationToken cancellationToken)
    {
        CallContext.Current = new CallContext(orphan.Tenant, CallContext.NewRequestId());
        try
        {
            return await host.TakeAsync(orphan.Id, cancellationToken) is not null;
        }
        catch (MillraceException error) when (!cancellationToken.IsCancellationRequested)
        {
            // One that cannot be taken keeps nobody from the others.
            RunLog.SearchFailed(logger, error.Reason);
            return false;
        }
    }
}
