using Grpc.Core;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Sessions.Batches;

/// <summary>Speaks gRPC for the workers of batches.</summary>
internal sealed class BatchWorkGrpcService(BatchWork work) : BatchWorkService.BatchWorkServiceBase
{
    private const int ResultsMax = 1000;
    private const int ErrorsMax = 100;

    public override async Task<LeaseBatchResponse> LeaseBatch(LeaseBatchRequest request, ServerCallContext context)
    {
        if (await work.LeaseAsync(Duration(request.LeaseSeconds), context.CancellationToken) is not { } leased)
            return new LeaseBatchResponse();
        var lease = new BatchLease
        {
            Token = leased.Lease,
            Batch = leased.Batch.ToProto(),
            Tenant = leased.Batch.Tenant,
            IsUnbound = leased.Batch.Holder.IsUnbound,
        };
        lease.Labels.Add(leased.Batch.Holder.Labels ?? []);
        lease.DoneLines.Add(leased.Done.Select(line => (uint)line));
        return new LeaseBatchResponse { Lease = lease };
    }

    public override async Task<KeepLeaseResponse> KeepLease(KeepLeaseRequest request, ServerCallContext context)
    {
        var batch = await work.KeepAsync(request.Token, Duration(request.LeaseSeconds), context.CancellationToken);
        return new KeepLeaseResponse { State = batch.Stage.ToProto() };
    }

    public override async Task<ReleaseLeaseResponse> ReleaseLease(ReleaseLeaseRequest request, ServerCallContext context)
    {
        await work.ReleaseAsync(request.Token, context.CancellationToken);
        return new ReleaseLeaseResponse();
    }

    public override async Task<ReportValidationResponse> ReportValidation(ReportValidationRequest request, ServerCallContext context)
    {
        if (request.Errors.Count > ErrorsMax)
            throw MillraceException.InvalidArgument("errors", $"'errors' must have at most {ErrorsMax} items.");
        var errors = request.Errors.Select(BatchMapping.ToCore).ToList();
        var batch = await work.ValidatedAsync(request.Token, (int)request.TotalCount, errors, context.CancellationToken);
        return new ReportValidationResponse { State = batch.Stage.ToProto() };
    }

    public override async Task<RecordResultsResponse> RecordResults(RecordResultsRequest request, ServerCallContext context)
    {
        if (request.Results.Count > ResultsMax)
            throw MillraceException.InvalidArgument("results", $"'results' must have at most {ResultsMax} items.");
        var outcomes = request.Results.Select(result => new LineOutcome((int)result.Line, result.IsFailure, result.Json)).ToList();
        var batch = await work.RecordAsync(
            request.Token, Duration(request.LeaseSeconds), outcomes, context.CancellationToken);
        return new RecordResultsResponse { State = batch.Stage.ToProto() };
    }

    public override async Task<FinishBatchResponse> FinishBatch(FinishBatchRequest request, ServerCallContext context)
    {
        var batch = await work.FinishAsync(request.Token, request.IsExpired, context.CancellationToken);
        return new FinishBatchResponse { Batch = batch.ToProto() };
    }

    private static TimeSpan Duration(uint seconds) => seconds is >= 5 and <= 3600
        ? TimeSpan.FromSeconds(seconds)
        : throw MillraceException.InvalidArgument("lease_seconds", "'lease_seconds' must be from 5 to 3600.");
}
