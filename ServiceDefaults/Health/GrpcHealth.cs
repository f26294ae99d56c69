using Grpc.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Millrace.Contracts.Health.V1;
using ServingStatus = Millrace.Contracts.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Millrace.ServiceDefaults.Health;

/// <summary>The standard gRPC health protocol over the same checks as <c>/health</c>.</summary>
internal sealed class GrpcHealth(HealthCheckService checks, IHostApplicationLifetime lifetime, TimeProvider time)
    : Contracts.Health.V1.Health.HealthBase
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(5);

    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        if (request.Service.Length > 0)
            throw new RpcException(new Status(StatusCode.NotFound, "Health is known for the whole server only: leave `service` empty."));
        return new HealthCheckResponse { Status = await StatusAsync(context.CancellationToken) };
    }

    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await WatchAsync(request, responseStream, stop.Token);
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
        {
            // A server that waited for its watchers to go would never stop in time.
            await responseStream.WriteAsync(new HealthCheckResponse { Status = ServingStatus.NotServing }, context.CancellationToken);
        }
    }

    private async Task WatchAsync(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, CancellationToken cancellationToken)
    {
        var last = ServingStatus.Unknown;
        using var timer = new PeriodicTimer(WatchInterval, time);
        do
        {
            var status = request.Service.Length > 0 ? ServingStatus.ServiceUnknown : await StatusAsync(cancellationToken);
            if (status == last) continue;
            last = status;
            await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, cancellationToken);
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task<ServingStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(cancellationToken);
        return report.Status == HealthStatus.Unhealthy ? ServingStatus.NotServing : ServingStatus.Serving;
    }
}
