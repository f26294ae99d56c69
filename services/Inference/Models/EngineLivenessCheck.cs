using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Millrace.Inference.Models;

/// <summary>An engine that failed on a defect does not come back: the process is to be restarted.</summary>
internal sealed class EngineLivenessCheck(ModelHost models) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(models.Loaded.FirstOrDefault(model => model.Engine.IsBroken) is { } broken
            ? HealthCheckResult.Unhealthy($"The engine of '{broken.Name}' failed on a defect.")
            : HealthCheckResult.Healthy());
}
