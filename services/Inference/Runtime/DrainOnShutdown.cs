using Microsoft.Extensions.Options;
using Millrace.Inference.Configuration;

namespace Millrace.Inference.Runtime;

/// <summary>
/// Drains before anything is stopped: <see cref="StoppingAsync"/> comes before the server stops listening, so that callers are refused
/// with a reason rather than with a closed connection.
/// </summary>
internal sealed class DrainOnShutdown(DrainGate gate, IOptions<InferenceOptions> options) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => gate.CloseAsync(options.Value.ShutdownGrace, cancellationToken);

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
