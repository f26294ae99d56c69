using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Clients;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Gateway.Batches;

/// <summary>Registers and maps batches.</summary>
internal static class BatchServices
{
    private const string Sessions = "sessions";
    private const string One = "/batches/{id}";

    public static void AddBatches(this IServiceCollection services)
    {
        services.AddValidatedOptions<BatchOptions>("Gateway:Batches");
        services.AddServiceClient(
            Sessions,
            invoker => new BatchesService.BatchesServiceClient(invoker),
            options => options.RetryIdempotent(
                ((string[])["GetBatch", "ListBatches", "CancelBatch"]).Select(BatchesService.Descriptor.FindMethodByName)));
        services.AddServiceClient(
            Sessions,
            invoker => new BatchWorkService.BatchWorkServiceClient(invoker),
            options => options.RetryIdempotent(
                ((string[])["KeepLease", "ReportValidation", "RecordResults", "ReleaseLease"])
                    .Select(BatchWorkService.Descriptor.FindMethodByName)));
        services.AddSingleton<BatchSignal>();
        services.AddSingleton<RunningBatches>();
        services.AddSingleton<BatchSource>();
        services.AddSingleton<LineRunner>();
        services.AddSingleton<BatchExecution>();
        services.AddSingleton<BatchTurns>();
        services.AddSingleton<BatchesEndpoints>();
        services.AddHostedService<BatchWorker>();
    }

    public static void MapBatches(this IEndpointRouteBuilder v1)
    {
        v1.MapPost("/batches", (HttpContext context, BatchesEndpoints batches) => batches.CreateAsync(context));
        v1.MapGet("/batches", (HttpContext context, BatchesEndpoints batches) =>
            batches.ListAsync(context.Request, context.RequestAborted));
        v1.MapGet(One, (string id, BatchesEndpoints batches, CancellationToken cancellationToken) =>
            batches.GetAsync(id, cancellationToken));
        v1.MapPost(One + "/cancel", (string id, BatchesEndpoints batches, CancellationToken cancellationToken) =>
            batches.CancelAsync(id, cancellationToken));
    }
}
