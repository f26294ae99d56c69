using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Millrace.Inference.Models;

/// <summary>Ready when the default model is in memory and its engine works.</summary>
internal sealed class ModelHealthCheck(ModelCatalog catalog, ModelHost models) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(catalog.DefaultName is { } name
            ? Judge(name, models.Find(name))
            : HealthCheckResult.Unhealthy($"There is no model in {catalog.Folder}."));

    private static HealthCheckResult Judge(string name, Task<LoadedModel>? model) => model switch
    {
        { IsCompletedSuccessfully: true } when model.Result.Engine.IsBroken =>
            HealthCheckResult.Unhealthy($"The engine of '{name}' failed; restart the process."),
        { IsCompletedSuccessfully: true } => HealthCheckResult.Healthy($"'{name}' is in memory."),
        { IsFaulted: true } => HealthCheckResult.Unhealthy($"'{name}' could not be loaded: {model.Exception?.InnerException?.Message}"),
        _ => HealthCheckResult.Unhealthy($"'{name}' is being loaded."),
    };
}
