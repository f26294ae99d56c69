using Millrace.LlamaCpp;

namespace Millrace.Embedding.Models;

/// <summary>Loads the encoders. A service that cannot says so in one line and ends with exit code 1.</summary>
internal sealed class EncoderStarter(EncoderCatalog catalog, IHostApplicationLifetime lifetime, ILogger<EncoderStarter> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Run(catalog.Load, stoppingToken);
        }
        catch (LlamaException error)
        {
            EncoderLog.EncodersFailed(logger, error.Message);
            Environment.ExitCode = 1;

            // A host that is stopped while it starts throws; a bad file is found out sooner than that.
            lifetime.ApplicationStarted.Register(lifetime.StopApplication);
        }
    }
}
