using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Models;

/// <summary>Loads the default model when the service starts. A member that cannot serve it says so in one line and ends with exit code 1.</summary>
internal sealed class DefaultModelStarter(ModelHost models, IHostApplicationLifetime lifetime, ILogger<DefaultModelStarter> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await models.GetAsync("", stoppingToken);
        }
        catch (MillraceException error)
        {
            ModelLog.DefaultModelFailed(logger, error.Message);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
        catch (OperationCanceledException)
        {
            // Asked to stop while it was loading.
        }
    }
}
