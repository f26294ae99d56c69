using Grpc.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Millrace.Contracts.Health.V1;
using ServingStatus = Millrace.Contracts.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Millrace.ServiceDefaults.Health;

/// <summary>The standard gRPC health protocol over the same checks as <c>/health</c>.</summary>
internal sealed class GrpcHealth(HealthCheckService checks, TimeProvider time) : Contracts.Health.V1.Health.HealthBase
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
        var last = ServingStatus.Unknown;
        using var timer = new PeriodicTimer(WatchInterval, time);
        do
        {
            var status = request.Service.Length > 0 ? ServingStatus.ServiceUnknown : await StatusAsync(context.CancellationToken);
            if (status == last) continue;
            last = status;
            await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, context.CancellationToken);
        }
        while (await timer.WaitForNextTickAsync(context.CancellationToken));
    }

    private async Task<ServingStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(cancellationToken);
        return report.Status == HealthStatus.Unhealthy ? ServingStatus.NotServing : ServingStatus.Serving;
    }
}
