using Microsoft.Extensions.Options;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Batches;

/// <summary>
/// Works on the batches of all tenants, a bounded number side by side. Each is leased: of several gateways one works on it, and when that
/// one dies another goes on where it was.
/// </summary>
internal sealed class BatchWorker(
    BatchWorkService.BatchWorkServiceClient work,
    BatchTurns turns,
    BatchSignal signal,
    IOptions<BatchOptions> options,
    ILogger<BatchWorker> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, options.Value.BatchesAtOnce).Select(_ => LoopAsync(stoppingToken)));

    private async Task LoopAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await TryWorkAsync(stoppingToken)) await signal.WaitAsync(options.Value.PollInterval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<bool> TryWorkAsync(CancellationToken cancellationToken)
    {
        try
        {
            var request = new LeaseBatchRequest { LeaseSeconds = (uint)options.Value.LeaseTime.TotalSeconds };
            var answer = await work.LeaseBatchAsync(request, cancellationToken: cancellationToken);
            if (answer.Lease is null) return false;
            await turns.TakeAsync(answer.Lease, cancellationToken);
            return true;
        }
        catch (MillraceException error) when (!cancellationToken.IsCancellationRequested)
        {
            BatchLog.Unserved(logger, error.Reason);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            BatchLog.Failed(logger, error);
        }

        return false;
    }
}
