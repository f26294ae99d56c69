using Microsoft.Extensions.Diagnostics.HealthChecks;
using Millrace.Inference.Upstreams;

namespace Millrace.Inference.Models;

/// <summary>Ready when the default model is in memory and its engine works, or runs elsewhere.</summary>
internal sealed class ModelHealthCheck(ModelCatalog catalog, ModelHost models, UpstreamRegistry upstreams) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult((upstreams.Default, catalog.DefaultName) switch
        {
            ({ } remote, _) => Judge(remote),
            (_, { } name) => Judge(name, models.Find(name)),
            _ => HealthCheckResult.Unhealthy($"There is no model in {catalog.Folder}."),
        });

    /// <summary>
    /// An upstream that fails does not make the member unready: its other models work, and only requests can find it well again.
    /// </summary>
    private static HealthCheckResult Judge(UpstreamModel model) => model.Upstream.Breaker.IsOpen
        ? HealthCheckResult.Degraded($"'{model.Name}' is served by the upstream '{model.Upstream.Name}', which fails.")
        : HealthCheckResult.Healthy($"'{model.Name}' is served by the upstream '{model.Upstream.Name}'.");

    private static HealthCheckResult Judge(string name, Task<LoadedModel>? model) => model switch
    {
        { IsCompletedSuccessfully: true } when model.Result.Engine.IsBroken =>
            HealthCheckResult.Unhealthy($"The engine of '{name}' failed; restart the process."),
        { IsCompletedSuccessfully: true } => HealthCheckResult.Healthy($"'{name}' is in memory."),
        { IsFaulted: true } => HealthCheckResult.Unhealthy($"'{name}' could not be loaded: {model.Exception?.InnerException?.Message}"),
        _ => HealthCheckResult.Unhealthy($"'{name}' is being loaded."),
    };
}
