using Grpc.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Qdrant.Client;

namespace Millrace.Retrieval.Index.Qdrant;

/// <summary>Whether the server answers. Without it the service is degraded, not down: documents are still taken and kept.</summary>
internal sealed class QdrantHealthCheck(QdrantClient client, IOptions<QdrantOptions> options, TimeProvider time) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var timeout = new CancellationTokenSource(options.Value.CallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            var server = await client.HealthAsync(cancellationToken: either.Token);
            return HealthCheckResult.Healthy($"Qdrant {server.Version}");
        }
        catch (RpcException error) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Degraded(
                "Qdrant does not answer: documents are taken and kept, and not found until it is back.", error);
        }
    }
}
