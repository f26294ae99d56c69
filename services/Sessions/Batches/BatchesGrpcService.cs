using Grpc.Core;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Calls;

namespace Millrace.Sessions.Batches;

/// <summary>Speaks gRPC for what applications do with batches.</summary>
internal sealed class BatchesGrpcService(BatchService batches) : BatchesService.BatchesServiceBase
{
    private const int Page = 20;
    private const int PageMax = 100;

    private static string Tenant => CallContext.Current.Tenant;

    public override async Task<CreateBatchResponse> CreateBatch(CreateBatchRequest request, ServerCallContext context)
    {
        var wanted = new NewBatch(
            Tenant,
            request.InputFileId,
            request.Endpoint,
            (int)Math.Min(request.WindowHours, int.MaxValue),
            new Dictionary<string, string>(request.Metadata));
        var created = await batches.CreateAsync(wanted, context.CancellationToken);
        return new CreateBatchResponse { Batch = created.ToProto() };
    }

    public override async Task<GetBatchResponse> GetBatch(GetBatchRequest request, ServerCallContext context) =>
        new() { Batch = (await batches.GetAsync(Tenant, request.BatchId, context.CancellationToken)).ToProto() };

    public override async Task<ListBatchesResponse> ListBatches(ListBatchesRequest request, ServerCallContext context)
    {
        var limit = request.PageSize == 0 ? Page : (int)Math.Min(request.PageSize, PageMax);
        var (found, more) = await batches.ListAsync(Tenant, request.AfterBatchId, limit, context.CancellationToken);
        return new ListBatchesResponse { Batches = { found.Select(BatchMapping.ToProto) }, HasMore = more };
    }

    public override async Task<CancelBatchResponse> CancelBatch(CancelBatchRequest request, ServerCallContext context) =>
        new() { Batch = (await batches.CancelAsync(Tenant, request.BatchId, context.CancellationToken)).ToProto() };
}
