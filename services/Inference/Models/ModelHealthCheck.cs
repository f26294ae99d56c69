using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Millrace.Inference.Models;

/// <summary>
/// Ready when the default model has been loaded and its engine works. One that left the memory since is loaded by its next request.
/// </summary>
internal sealed class ModelHealthCheck(ModelCatalog catalog, ModelHost models) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(catalog.DefaultName is { } name
            ? Judge(name, models.Find(name))
            : HealthCheckResult.Unhealthy($"There is no model in {catalog.Folder}."));

    private HealthCheckResult Judge(string name, ModelPresence? presence) => presence switch
    {
        { Model.Engine.IsBroken: true } => HealthCheckResult.Unhealthy($"The engine of '{name}' failed; restart the process."),
        { State: SlotState.Loaded } => HealthCheckResult.Healthy($"'{name}' is in memory."),
        { State: SlotState.Failed } => HealthCheckResult.Unhealthy($"'{name}' could not be loaded: {presence.Problem}"),
        _ when models.WasLoaded(name) => HealthCheckResult.Healthy($"'{name}' is loaded by its next request."),
        _ => HealthCheckResult.Unhealthy($"'{name}' is being loaded."),
    };
}
