using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Millrace.Embedding.Models;

/// <summary>Healthy when every encoder is loaded and its thread runs.</summary>
internal sealed class EncoderHealthCheck(EncoderCatalog catalog) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var encoders = catalog.Encoders;
        if (encoders.Count == 0) return Task.FromResult(HealthCheckResult.Unhealthy("The encoders are being loaded."));
        var broken = encoders.FirstOrDefault(encoder => encoder.Engine.IsBroken);
        return Task.FromResult(broken is null
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"The engine of {broken.Name} failed; the log says why. Restart the service."));
    }
}
