using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Millrace.Retrieval.Seeding;

/// <summary>How far the seeding is, as the health check <c>seeding</c> tells it: not healthy until the first seeding is over.</summary>
internal sealed class SeedingState : IHealthCheck
{
    private volatile HealthReportOf _current = new(HealthStatus.Unhealthy, "The first documents are being ingested.");

    /// <summary>Everything can be found.</summary>
    public void Succeeded(string description) => _current = new HealthReportOf(HealthStatus.Healthy, description);

    /// <summary>Something could not be ingested; the rest of the service works.</summary>
    public void Failed(string description) => _current = new HealthReportOf(HealthStatus.Degraded, description);

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var current = _current;
        return Task.FromResult(new HealthCheckResult(current.Status, current.Description));
    }

    private sealed record HealthReportOf(HealthStatus Status, string Description);
}
