using Microsoft.Extensions.Options;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Index.Embedded;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Ingestion;

/// <summary>
/// Compares every index with the documents, once at the start and whenever one is found damaged or missing, and puts into the outbox what
/// differs: an index that was deleted, restored from a backup or cut off by a power failure becomes right again by itself.
/// </summary>
internal sealed class IndexRepair(
    GenerationStore generations,
    IndexComparison comparison,
    RepairRequests requests,
    IOptions<RetrievalOptions> options,
    IngestionTools tools)
    : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var index in generations.InUse()) await RepairAsync(index.Id, stoppingToken);
        await foreach (var id in requests.ReadAllAsync(stoppingToken)) await RepairAsync(id, stoppingToken);
    }

    private async Task RepairAsync(IndexId id, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (generations.InUse().FirstOrDefault(one => one.Id == id) is { } index)
                    await comparison.RepairAsync(index, cancellationToken);
                return;
            }
            catch (MillraceException error) when (error.Reason.Info().Retryable && !cancellationToken.IsCancellationRequested)
            {
                var delay = options.Value.Ingestion.DelayAfter(attempt);
                IngestionLog.IndexUnreachable(tools.Logger, id.Generation, delay, error.Message);
                await Task.Delay(delay, tools.Time, cancellationToken);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                IngestionLog.WorkerFailed(tools.Logger, error);
                return;
            }
        }
    }
}

/// <summary>Compares one index with the documents.</summary>
internal sealed class IndexComparison(
    EditionStore editions, OutboxStore outbox, IChunkIndex index, IngestionSignals signals, ILogger<IndexComparison> logger)
{
    /// <summary>Puts into the outbox what an index lacks and what it has too much.</summary>
    /// <exception cref="MillraceException">The index cannot be reached.</exception>
    public async Task RepairAsync(IndexSettings settings, CancellationToken cancellationToken)
    {
        await index.OpenAsync(settings, cancellationToken);

        // The index first: a chunk is written before the index hears of it, and its row is never used again. So what the index has and the
        // documents have not is gone for good, and what it lacks may only be on its way.
        HashSet<long> indexed = [];
        await foreach (var chunk in index.ChunksAsync(settings.Id, cancellationToken)) indexed.Add(chunk);
        var stored = editions.Documents(settings.Id.Generation);
        var missing = stored.Where(pair => !indexed.Contains(pair.Key)).Select(pair => pair.Value).ToHashSet();
        var extra = indexed.Where(chunk => !stored.ContainsKey(chunk)).ToList();
        if (!await outbox.RepairAsync(settings.Id, missing, extra, cancellationToken)) return;
        IngestionLog.IndexRepaired(logger, settings.Id, missing.Count, extra.Count);
        signals.Outbox.Set();
    }
}
