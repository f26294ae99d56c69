using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Millrace.Retrieval.Store;

namespace Millrace.Retrieval.Ingestion;

/// <summary>Wakes the workers when a document was queued, and those who wait for a document when it is settled. The queue itself is the
/// database.</summary>
internal sealed class IngestionSignals(IOptions<RetrievalOptions> options)
{
    private readonly Channel<bool> _queued = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(options.Value.Ingestion.Workers) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly ConcurrentDictionary<DocumentKey, TaskCompletionSource> _settled = new();

    /// <summary>A document was queued.</summary>
    public void Queued() => _queued.Writer.TryWrite(true);

    /// <summary>Waits until a document is queued, at most as long as given.</summary>
    public async Task WaitForQueuedAsync(TimeSpan? timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout ?? Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _queued.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time is over: the next document is due.
        }
    }

    /// <summary>A document became ready, failed, or is gone.</summary>
    public void Settled(DocumentKey document)
    {
        if (_settled.TryRemove(document, out var waiting)) waiting.TrySetResult();
    }

    /// <summary>Ends when <see cref="Settled"/> is called next. Take it before looking at the document, so that no change is
    /// missed.</summary>
    public Task NextSettled(DocumentKey document) =>
        _settled.GetOrAdd(document, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
}
