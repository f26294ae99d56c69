using Microsoft.Extensions.Options;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Ingestion;

/// <summary>Works through the queued documents, those of a killed predecessor first.</summary>
internal sealed class IngestionWorker(
    DocumentQueue queue,
    DocumentPipeline pipeline,
    IngestionSignals signals,
    IOptions<RetrievalOptions> options,
    IngestionTools tools) : BackgroundService
{
    private static readonly TimeSpan PauseAfterDefect = TimeSpan.FromSeconds(1);
    private readonly IngestionOptions _options = options.Value.Ingestion;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        tools.Metrics.ObserveQueue(queue.Depth);
        if (queue.RequeuedByUpgrade is { } count) IngestionLog.Upgraded(tools.Logger, count);
        var waiting = await queue.ResumeAsync(stoppingToken);
        if (waiting > 0) IngestionLog.Resumed(tools.Logger, waiting);
        await Task.WhenAll(Enumerable.Range(0, _options.Workers).Select(_ => WorkAsync(stoppingToken)));
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await StepAsync(cancellationToken);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                IngestionLog.WorkerFailed(tools.Logger, error);
                await Task.Delay(PauseAfterDefect, tools.Time, cancellationToken);
            }
        }
    }

    // Whoever finds a document wakes the next worker: there may be more.
    private async Task StepAsync(CancellationToken cancellationToken)
    {
        if (await queue.ClaimAsync(cancellationToken) is not { } claimed)
        {
            await signals.Queue.WaitAsync(queue.UntilNext(), cancellationToken);
            return;
        }

        signals.Queue.Set();
        await IngestAsync(claimed, cancellationToken);
    }

    private async Task IngestAsync(ClaimedDocument claimed, CancellationToken cancellationToken)
    {
        var key = claimed.Document.Key;
        CallContext.Current = new CallContext(key.Collection.Tenant, CallContext.NewRequestId());
        try
        {
            var started = tools.Time.GetTimestamp();
            if (await pipeline.RunAsync(claimed, cancellationToken) is not { } chunks) return;
            signals.Outbox.Set();
            tools.Metrics.Ingested(chunks);
            IngestionLog.Stored(tools.Logger, key.DocumentId, key.Collection.Name, chunks, tools.Time.GetElapsedTime(started));
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            var (message, retryAfter) = Judge(claimed, error);
            await FailAsync(claimed, message, retryAfter, cancellationToken);
            signals.Settled(key);
        }
    }

    // A failure that is not written down would leave the document half done until the next start.
    private async Task FailAsync(ClaimedDocument claimed, string message, TimeSpan? retryAfter, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await queue.FailAsync(claimed, message, retryAfter, cancellationToken);
                return;
            }
            catch (MillraceException error) when (error.Reason.Info().Retryable && !cancellationToken.IsCancellationRequested)
            {
                IngestionLog.WorkerFailed(tools.Logger, error);
                await Task.Delay(_options.DelayAfter(attempt), tools.Time, cancellationToken);
            }
        }
    }

    // What went wrong in words for the user, and when to try again; null for never.
    private (string Message, TimeSpan? RetryAfter) Judge(ClaimedDocument claimed, Exception error)
    {
        var refusal = error as MillraceException;
        if (refusal is not null && refusal.Reason.Info().Retryable)
        {
            var delay = _options.DelayAfter(claimed.Document.Attempts);
            IngestionLog.Postponed(tools.Logger, claimed.Document.Key.DocumentId, refusal.Reason, delay);
            return (refusal.Message, delay);
        }

        tools.Metrics.Failed();
        if (refusal is null) IngestionLog.Defect(tools.Logger, claimed.Document.Key.DocumentId, error);
        else IngestionLog.Refused(tools.Logger, claimed.Document.Key.DocumentId, refusal.Reason);
        var message = refusal?.Message
            ?? "The document could not be indexed because of a defect. The log of the retrieval service has the details.";
        return (message, null);
    }
}

/// <summary>What the workers report to, and the time they go by.</summary>
internal sealed record IngestionTools(ILogger<IngestionWorker> Logger, RetrievalMetrics Metrics, TimeProvider Time);
