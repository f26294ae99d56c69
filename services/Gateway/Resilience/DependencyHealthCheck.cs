using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Millrace.Gateway.Resilience;

/// <summary>
/// Says in which modes requests are answered. The Gateway is not well only when nothing is left that it could answer: what can be answered
/// without an absent service is answered.
/// </summary>
internal sealed class DependencyHealthCheck(Dependencies dependencies) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Describe(dependencies.ActiveModes()));

    private static HealthCheckResult Describe(IReadOnlyList<string> modes)
    {
        if (modes.Count == 0) return HealthCheckResult.Healthy();
        var description = $"Without: {string.Join(", ", modes)}. docs/operations.md says what still works.";
        return modes.Count < Dependency.Names.Count
            ? HealthCheckResult.Degraded(description)
            : HealthCheckResult.Unhealthy(description);
    }
}
