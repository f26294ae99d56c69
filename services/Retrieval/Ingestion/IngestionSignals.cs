using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Millrace.Retrieval.Store;

namespace Millrace.Retrieval.Ingestion;

/// <summary>Wakes the workers when there is something to do, and those who wait for a document when it is settled. The queues themselves
/// are in the database.</summary>
internal sealed class IngestionSignals(IOptions<RetrievalOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<DocumentKey, TaskCompletionSource> _settled = new();
    private readonly ConcurrentDictionary<long, TaskCompletionSource> _told = new();

    /// <summary>A document waits to be worked on.</summary>
    public WakeUp Queue { get; } = new(options.Value.Ingestion.Workers, time);

    /// <summary>The index has to be told of something.</summary>
    public WakeUp Outbox { get; } = new(1, time);

    /// <summary>A collection is to be indexed anew, or documents of one that is changed.</summary>
    public WakeUp Reindex { get; } = new(1, time);

    /// <summary>Something is not needed any more.</summary>
    public WakeUp Sweep { get; } = new(1, time);

    /// <summary>A document became ready, failed, or is gone.</summary>
    public void Settled(DocumentKey document)
    {
        if (_settled.TryRemove(document, out var waiting)) waiting.TrySetResult();
        Reindex.Set();
    }

    /// <summary>A collection is gone, and with it every document that somebody waits for.</summary>
    public void Settled(CollectionKey collection)
    {
        foreach (var document in _settled.Keys.Where(document => document.Collection == collection)) Settled(document);
    }

    /// <summary>Ends when <see cref="Settled(DocumentKey)"/> is called next. Take it before looking at the document, so that no change is
    /// missed.</summary>
    public Task NextSettled(DocumentKey document) => _settled.GetOrAdd(document, _ => Source()).Task;

    /// <summary>The index was told of an entry of the outbox.</summary>
    public void Told(long entry)
    {
        if (_told.TryRemove(entry, out var waiting)) waiting.TrySetResult();
    }

    /// <summary>Ends when the index was told of an entry. Take it before looking for the entry, so that no change is missed.</summary>
    public Task NextTold(long entry) => _told.GetOrAdd(entry, _ => Source()).Task;

    /// <summary>Nobody waits for an entry any more.</summary>
    public void Forget(long entry) => _told.TryRemove(entry, out _);

    private static TaskCompletionSource Source() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
