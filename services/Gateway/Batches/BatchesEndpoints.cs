using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Api;
using Millrace.Gateway.Api.Documents;

namespace Millrace.Gateway.Batches;

/// <summary><c>/v1/batches</c>.</summary>
internal sealed class BatchesEndpoints(
    BatchesService.BatchesServiceClient batches, LineRunner runner, BatchSignal signal, RunningBatches running, JsonBody json)
{
    private const int PageSizeMax = 100;

    public async Task<IResult> CreateAsync(HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        var request = BatchRequestReader.Read(body.RootElement, runner.Has);
        var answer = await batches.CreateBatchAsync(request, cancellationToken: context.RequestAborted);
        signal.Wake();
        return Answer(answer.Batch);
    }

    public async Task<IResult> ListAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        QueryFields.RequireKnown(request, "limit", "after");
        var asked = new ListBatchesRequest
        {
            PageSize = QueryFields.Limit(request, PageSizeMax), AfterBatchId = request.Query["after"].ToString(),
        };
        var answer = await batches.ListBatchesAsync(asked, cancellationToken: cancellationToken);
        var data = answer.Batches.Select(BatchJson.Of).ToArray();
        var list = new BatchListJson("list", data, data.FirstOrDefault()?.Id, data.LastOrDefault()?.Id, answer.HasMore);
        return ApiResults.Json(list, BatchJsonContext.Default.BatchListJson);
    }

    public async Task<IResult> GetAsync(string id, CancellationToken cancellationToken) =>
        Answer((await batches.GetBatchAsync(new GetBatchRequest { BatchId = id }, cancellationToken: cancellationToken)).Batch);

    public async Task<IResult> CancelAsync(string id, CancellationToken cancellationToken)
    {
        var answer = await batches.CancelBatchAsync(new CancelBatchRequest { BatchId = id }, cancellationToken: cancellationToken);
        running.Notice(id, answer.Batch.State);
        signal.Wake();
        return Answer(answer.Batch);
    }

    private static IResult Answer(Batch batch) => ApiResults.Json(BatchJson.Of(batch), BatchJsonContext.Default.BatchJson);
}
