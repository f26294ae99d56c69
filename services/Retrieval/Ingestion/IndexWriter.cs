using Microsoft.Extensions.Options;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Ingestion;

/// <summary>
/// Tells the index what the outbox holds: the only one who changes it, so that nothing overtakes. A document is ready when the index was
/// told of it. An index that cannot be reached is tried again, and the others go on.
/// </summary>
internal sealed class IndexWriter(
    OutboxStore outbox, IndexTeller teller, IngestionSignals signals, IOptions<RetrievalOptions> options, IngestionTools tools)
    : BackgroundService
{
    private const int EntriesPerStep = 256;
    private static readonly TimeSpan PauseAfterDefect = TimeSpan.FromSeconds(1);

    private readonly IngestionOptions _options = options.Value.Ingestion;
    private readonly SemaphoreSlim _lane = new(1, 1);
    private readonly Backoff _unreachable = new(tools.Time);

    /// <summary>Deletes an index that nobody needs. Nothing is told to it meanwhile or afterwards.</summary>
    public async Task DropAsync(IndexId index, CancellationToken cancellationToken)
    {
        await _lane.WaitAsync(cancellationToken);
        try
        {
            await teller.DropAsync(index, cancellationToken);
        }
        finally
        {
            _lane.Release();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _lane.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await StepAsync(stoppingToken)) await signals.Outbox.WaitAsync(_unreachable.UntilNext(), stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                IngestionLog.WorkerFailed(tools.Logger, error);
                await Task.Delay(PauseAfterDefect, tools.Time, stoppingToken);
            }
        }
    }

    private async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        await _lane.WaitAsync(cancellationToken);
        try
        {
            var entries = outbox.Next(_unreachable.Waiting(), EntriesPerStep);
            List<OutboxEntry> told = [];
            foreach (var group in entries.GroupBy(entry => entry.Index))
                if (group.Key is null || await TryTellAsync(group.Key, [.. group], cancellationToken)) told.AddRange(group);
            await CompleteAsync(told, cancellationToken);
            return entries.Count > 0;
        }
        finally
        {
            _lane.Release();
        }
    }

    private async Task<bool> TryTellAsync(IndexSettings index, IReadOnlyList<OutboxEntry> entries, CancellationToken cancellationToken)
    {
        try
        {
            using var timer = tools.Metrics.TimeStage("index");
            await teller.TellAsync(index, entries, cancellationToken);
            _unreachable.Succeeded(index.Id.Generation);
            return true;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            if (error is not MillraceException) IngestionLog.WorkerFailed(tools.Logger, error);
            var delay = _unreachable.Failed(index.Id.Generation, _options.DelayAfter);
            IngestionLog.IndexUnreachable(tools.Logger, index.Id.Generation, delay, error.Message);
            return false;
        }
    }

    private async Task CompleteAsync(List<OutboxEntry> told, CancellationToken cancellationToken)
    {
        if (told.Count == 0) return;
        foreach (var ready in await outbox.CompleteAsync(told, cancellationToken)) signals.Settled(ready);
        foreach (var entry in told) signals.Told(entry.Row);
        signals.Reindex.Set();
    }
}

/// <summary>Tells one index of entries of the outbox, as the truth is when it is told.</summary>
internal sealed class IndexTeller(OutboxStore outbox, EditionStore editions, IChunkIndex index)
{
    private const int ChunksPerCall = 512;

    /// <summary>Tells an index of entries. Telling twice is no harm.</summary>
    /// <exception cref="MillraceException">The index cannot be reached.</exception>
    public async Task TellAsync(IndexSettings settings, IReadOnlyList<OutboxEntry> entries, CancellationToken cancellationToken)
    {
        // Without a dimension there was no chunk yet, and so there is no index.
        if (settings.Dimension == 0) return;
        await index.OpenAsync(settings, cancellationToken);
        var attributes = outbox.Attributes(entries.Where(entry => entry.Document != 0).Select(entry => entry.Document));
        foreach (var document in Documents(entries, OutboxKind.Attributes))
            if (attributes.TryGetValue(document, out var now)) await index.SetAttributesAsync(settings.Id, now, cancellationToken);
        var gone = entries.SelectMany(entry => entry.Chunks).ToList();
        if (gone.Count > 0) await index.RemoveAsync(settings.Id, gone, cancellationToken);
        await PutAsync(settings.Id, Documents(entries, OutboxKind.Put).Where(attributes.ContainsKey), attributes, cancellationToken);
    }

    /// <summary>Deletes an index.</summary>
    public Task DropAsync(IndexId id, CancellationToken cancellationToken) => index.DropAsync(id, cancellationToken);

    // Small documents go together, and a large one in slices.
    private async Task PutAsync(
        IndexId id,
        IEnumerable<long> documents,
        IReadOnlyDictionary<long, DocumentAttributes> attributes,
        CancellationToken cancellationToken)
    {
        List<IndexDocument> batch = [];
        var count = 0;
        foreach (var document in documents)
        {
            foreach (var slice in Slices(id.Generation, document))
            {
                batch.Add(new IndexDocument(attributes[document], slice));
                count += slice.Count;
                if (count < ChunksPerCall) continue;
                await index.PutAsync(id, batch, cancellationToken);
                (batch, count) = ([], 0);
            }
        }

        if (batch.Count > 0) await index.PutAsync(id, batch, cancellationToken);
    }

    private IEnumerable<IReadOnlyList<IndexChunk>> Slices(long generation, long document)
    {
        var ordinal = -1;
        while (editions.Read(generation, document, ordinal, ChunksPerCall) is { Count: > 0 } slice)
        {
            ordinal += slice.Count;
            yield return slice;
        }
    }

    private static IEnumerable<long> Documents(IReadOnlyList<OutboxEntry> entries, OutboxKind kind) =>
        entries.Where(entry => entry.Kind == kind).Select(entry => entry.Document).Distinct();
}
