using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Millrace.Guardrails.Policies;

/// <summary>Degraded while the last change of the policies was not taken over: the service goes on with the ones before.</summary>
internal sealed class PolicyHealthCheck(PolicyCatalog policies) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(policies.Problem is { } problem
            ? HealthCheckResult.Degraded($"The last good policies are in force. {problem}")
            : HealthCheckResult.Healthy());
}
