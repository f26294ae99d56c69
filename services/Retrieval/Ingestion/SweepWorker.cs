using Microsoft.Extensions.Options;
using Millrace.Retrieval.Store;

namespace Millrace.Retrieval.Ingestion;

/// <summary>Removes indexes that were replaced and collections that were deleted, bit by bit.</summary>
internal sealed class SweepWorker(
    Sweep sweep, IndexWriter indexes, IngestionSignals signals, IOptions<RetrievalOptions> options, IngestionTools tools)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private readonly TimeSpan _age = options.Value.Ingestion.RetiredIndexAge;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                IngestionLog.WorkerFailed(tools.Logger, error);
            }

            await signals.Sweep.WaitAsync(Interval < _age ? Interval : _age, stoppingToken);
        }
    }

    // The index first: as long as the generation is known, a killed process tries again.
    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var index in sweep.Retired(_age))
        {
            await indexes.DropAsync(index, cancellationToken);
            while (await sweep.RemoveSomeAsync(index, cancellationToken)) cancellationToken.ThrowIfCancellationRequested();
        }

        while (await sweep.RemoveDeletedAsync(cancellationToken)) cancellationToken.ThrowIfCancellationRequested();
    }
}
