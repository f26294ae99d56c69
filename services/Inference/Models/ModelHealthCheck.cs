using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Millrace.Inference.Configuration;
using Millrace.Upstreams;

namespace Millrace.Inference.Models;

/// <summary>
/// Ready when the default model has been loaded and gives a token, or runs elsewhere. One that left the memory since is loaded by its next
/// request.
/// </summary>
internal sealed class ModelHealthCheck(
    ModelCatalog catalog, ModelHost models, EngineCanary canary, UpstreamRegistry upstreams, IOptions<InferenceOptions> options)
    : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        (upstreams.Default, catalog.DefaultName) switch
        {
            ({ } remote, _) => Task.FromResult(Judge(remote)),
            (_, { } name) => JudgeAsync(name, models.Find(name), cancellationToken),
            _ => Task.FromResult(HealthCheckResult.Unhealthy($"There is no model in {catalog.Folder}.")),
        };

    /// <summary>
    /// An upstream that fails does not make the member unready: its other models work, and only requests can find it well again.
    /// </summary>
    private static HealthCheckResult Judge(UpstreamModel model) => model.Upstream.Breaker.IsOpen
        ? HealthCheckResult.Degraded($"'{model.Name}' is served by the upstream '{model.Upstream.Name}', which fails.")
        : HealthCheckResult.Healthy($"'{model.Name}' is served by the upstream '{model.Upstream.Name}'.");

    private async Task<HealthCheckResult> JudgeAsync(string name, ModelPresence? presence, CancellationToken cancellationToken) =>
        presence switch
        {
            { State: SlotState.Loaded, Model: { } model } => await AskAsync(model, cancellationToken),
            { State: SlotState.Failed } => HealthCheckResult.Unhealthy($"'{name}' could not be loaded: {presence.Problem}"),
            _ when models.WasLoaded(name) => HealthCheckResult.Healthy($"'{name}' is loaded by its next request."),
            _ => HealthCheckResult.Unhealthy($"'{name}' is being loaded."),
        };

    private async Task<HealthCheckResult> AskAsync(LoadedModel model, CancellationToken cancellationToken) =>
        await canary.CheckAsync(model.Engine, options.Value.CanaryTimeout, cancellationToken) is { } problem
            ? HealthCheckResult.Unhealthy($"The engine of '{model.Name}' does not work: {problem}. Restart the process if it stays so.")
            : HealthCheckResult.Healthy($"'{model.Name}' gives tokens.");
}
