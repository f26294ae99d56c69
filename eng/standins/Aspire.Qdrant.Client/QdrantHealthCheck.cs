using Grpc.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Qdrant.Client;

namespace Aspire.Qdrant.Client;

internal sealed class QdrantHealthCheck(QdrantClient client) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        try
        {
            await client.HealthAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (RpcException exception)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "Qdrant does not answer.", exception);
        }
    }
}
