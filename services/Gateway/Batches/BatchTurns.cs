using Microsoft.Extensions.Options;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Batches;

/// <summary>Works on a batch for a turn: checks its lines, runs those without a result, and writes the files when none is left.</summary>
internal sealed class BatchTurns(
    BatchWorkService.BatchWorkServiceClient work,
    BatchSource source,
    BatchExecution execution,
    RunningBatches running,
    IOptions<BatchOptions> options,
    TimeProvider time,
    ILogger<BatchTurns> logger)
{
    /// <summary>Takes a turn.</summary>
    /// <exception cref="MillraceException">Sessions cannot be reached.</exception>
    public async Task TakeAsync(BatchLease lease, CancellationToken cancellationToken)
    {
        // Everything below is done for the tenant, and sees what the caller saw who made the batch.
        CallContext.Current = new CallContext(lease.Tenant, lease.Batch.Id) { Labels = lease.IsUnbound ? null : [.. lease.Labels] };
        BatchLog.Taken(logger, lease.Batch.Id, lease.DoneLines.Count);
        await using var kept = new KeptLease(work, lease, options.Value.LeaseTime, time, cancellationToken);
        running.Add(lease.Batch.Id, kept);
        try
        {
            if (await WorkAsync(lease, kept) is { } state) BatchLog.Ended(logger, lease.Batch.Id, state.ToString());
            await kept.StopAsync();
            await work.ReleaseLeaseAsync(new ReleaseLeaseRequest { Token = lease.Token }, cancellationToken: cancellationToken);
        }
        catch (Exception error) when (kept.IsLost || error is MillraceException { Reason: Reason.AlreadyExists })
        {
            BatchLog.Lost(logger, lease.Batch.Id);
        }
        finally
        {
            running.Remove(lease.Batch.Id);
        }
    }

    private async Task<BatchState?> WorkAsync(BatchLease lease, KeptLease kept)
    {
        var state = lease.Batch.State;
        if (state == BatchState.Validating) state = await ValidateAsync(lease, kept);
        if (state == BatchState.Failed) return state;
        if (state == BatchState.InProgress && !await execution.RunAsync(lease, kept)) return null;
        var isExpired = lease.Batch.ExpiresAt.ToDateTimeOffset() <= time.GetUtcNow();
        var request = new FinishBatchRequest { Token = lease.Token, IsExpired = isExpired };
        return (await work.FinishBatchAsync(request, cancellationToken: kept.Token)).Batch.State;
    }

    private async Task<BatchState> ValidateAsync(BatchLease lease, KeptLease kept)
    {
        var report = new ReportValidationRequest { Token = lease.Token };
        var (count, errors) = await source.ValidateAsync(lease.Batch, kept.Token);
        report.TotalCount = (uint)count;
        report.Errors.Add(errors);
        return (await work.ReportValidationAsync(report, cancellationToken: kept.Token)).State;
    }
}
