using Millrace.Upstreams;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Models;

/// <summary>
/// Loads the default model when the service starts, unless it runs elsewhere. A member that cannot serve it says so in one line and ends
/// with exit code 1.
/// </summary>
internal sealed class DefaultModelStarter(
    ModelHost models, UpstreamRegistry upstreams, IHostApplicationLifetime lifetime, ILogger<DefaultModelStarter> logger)
    : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (upstreams.Default is not null) return;
        try
        {
            using var lease = await models.LeaseAsync("", stoppingToken);
        }
        catch (MillraceException error)
        {
            await HostHasStartedAsync(stoppingToken);
            ModelLog.DefaultModelFailed(logger, error.Message);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
        catch (OperationCanceledException)
        {
            // Asked to stop while it was loading.
        }
    }

    /// <summary>A host that is told to stop while it still starts reports that as a failure of its own, with a stack trace.</summary>
    private async Task HostHasStartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }
}
