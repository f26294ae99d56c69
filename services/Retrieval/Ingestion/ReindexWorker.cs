using Microsoft.Extensions.Options;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Ingestion;

/// <summary>
/// Builds generations beside the active ones: every document that a search finds goes through the pipeline with the new settings, in the
/// version that is found, and when none is missing the generation takes the active one's place. What is uploaded meanwhile goes into both,
/// so that the work has an end. What is done stands in the database, so that a killed process goes on where it was.
/// </summary>
internal sealed class ReindexWorker(
    GenerationStore generations,
    DocumentPipeline pipeline,
    IngestionSignals signals,
    IOptions<RetrievalOptions> options,
    IngestionTools tools) : BackgroundService
{
    private const int DocumentsPerTurn = 64;
    private static readonly TimeSpan PauseAfterDefect = TimeSpan.FromSeconds(1);

    private readonly IngestionOptions _options = options.Value.Ingestion;
    private readonly Backoff _waiting = new(tools.Time);
    private readonly Dictionary<long, long> _lastDocument = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await TurnAsync(stoppingToken)) await signals.Reindex.WaitAsync(_waiting.UntilNext(), stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                IngestionLog.WorkerFailed(tools.Logger, error);
                await Task.Delay(PauseAfterDefect, tools.Time, stoppingToken);
            }
        }
    }

    // Collections take turns, some documents each.
    private async Task<bool> TurnAsync(CancellationToken cancellationToken)
    {
        var isBusy = false;
        var building = generations.Building();
        foreach (var generation in building.Except(_waiting.Waiting())) isBusy |= await TryAdvanceAsync(generation, cancellationToken);
        foreach (var gone in _lastDocument.Keys.Except(building).ToList()) Forget(gone);
        return isBusy;
    }

    private async Task<bool> TryAdvanceAsync(long generation, CancellationToken cancellationToken)
    {
        try
        {
            var isBusy = await AdvanceAsync(generation, cancellationToken);
            _waiting.Succeeded(generation);
            return isBusy;
        }
        catch (MillraceException error) when (error.Reason.Info().Retryable && !cancellationToken.IsCancellationRequested)
        {
            var delay = _waiting.Failed(generation, _options.DelayAfter);
            IngestionLog.ReindexPostponed(tools.Logger, generation, error.Reason, delay);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            var why = (error as MillraceException)?.Message ?? "A defect; the log of the retrieval service has the details.";
            if (error is not MillraceException) IngestionLog.WorkerFailed(tools.Logger, error);
            IngestionLog.ReindexFailed(tools.Logger, generation, why);
            await generations.FailAsync(generation, why, cancellationToken);
            signals.Sweep.Set();
        }

        return false;
    }

    private async Task<bool> AdvanceAsync(long generation, CancellationToken cancellationToken)
    {
        var after = _lastDocument.GetValueOrDefault(generation);
        var missing = generations.Missing(generation, after, DocumentsPerTurn);
        if (missing.Count > 0)
        {
            await BuildAsync(generation, missing, cancellationToken);
            _lastDocument[generation] = missing[^1];
            return true;
        }

        // What changed meanwhile stands in front of where the last pass ended.
        _lastDocument[generation] = 0;
        return after > 0 || await SwitchAsync(generation, cancellationToken);
    }

    private async Task<bool> SwitchAsync(long generation, CancellationToken cancellationToken)
    {
        switch (await generations.TrySwitchAsync(generation, cancellationToken))
        {
            case BuildStep.Switched:
                IngestionLog.Reindexed(tools.Logger, generation);
                signals.Queue.Set();
                signals.Sweep.Set();
                return true;
            case BuildStep.Waiting:
                return false;
            case BuildStep.Gone:
                return false;
            default:
                return true;
        }
    }

    private async Task BuildAsync(long generation, IReadOnlyList<long> documents, CancellationToken cancellationToken)
    {
        var bounds = new ParallelOptions { MaxDegreeOfParallelism = _options.ReindexWorkers, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(documents, bounds, async (document, token) => await BuildAsync(generation, document, token));
    }

    private async Task BuildAsync(long generation, long document, CancellationToken cancellationToken)
    {
        if (generations.Claim(generation, document) is not { } claimed) return;
        CallContext.Current = new CallContext(claimed.Document.Key.Collection.Tenant, CallContext.NewRequestId());
        try
        {
            if (await pipeline.RunAsync(claimed, cancellationToken) is not null) signals.Outbox.Set();
        }
        catch (MillraceException error) when (!error.Reason.Info().Retryable)
        {
            throw new MillraceException(
                error.Reason, $"'{claimed.Document.Key.DocumentId}' cannot be brought into the new index: {error.Message}", error);
        }
    }

    private void Forget(long generation)
    {
        _lastDocument.Remove(generation);
        _waiting.Succeeded(generation);
    }
}
