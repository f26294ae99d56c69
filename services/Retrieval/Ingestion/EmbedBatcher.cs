using Microsoft.Extensions.Options;
using Millrace.Retrieval.Encoders;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Ingestion;

/// <summary>
/// Embeds passages of several documents by one call: what waits while a call is under way goes with the next one, so that small documents
/// fill calls as large ones do, and nobody waits for company.
/// </summary>
internal sealed class EmbedBatcher(IEncoder encoder, IOptions<RetrievalOptions> options) : IDisposable
{
    private readonly IngestionOptions _options = options.Value.Ingestion;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly LinkedList<Request> _waiting = [];
    private int _calls;

    /// <summary>Embeds passages, at most as many as one call takes.</summary>
    /// <exception cref="MillraceException">The embedding service refused them, or did not answer.</exception>
    public Task<Embeddings> EmbedAsync(EncoderChoice choice, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var request = new Request(CallContext.Current.Tenant, choice, texts, cancellationToken);
        lock (_lock)
        {
            _waiting.AddLast(request);
            if (_calls < _options.EmbedCallsMax)
            {
                _calls++;
                _ = Task.Run(CallAsync, CancellationToken.None);
            }
        }

        return request.Done.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task CallAsync()
    {
        while (Take() is { Count: > 0 } batch)
        {
            if (await EmbedAsync(batch)) continue;

            // One of several was refused: each is asked for alone, so that it spoils nobody else's.
            foreach (var request in batch) await EmbedAsync([request]);
        }
    }

    // The oldest request, and those of the same tenant and model that fit behind it.
    private List<Request> Take()
    {
        lock (_lock)
        {
            List<Request> batch = [];
            var texts = 0;
            for (var node = _waiting.First; node is not null;)
            {
                var (request, next) = (node.Value, node.Next);
                if (request.CancellationToken.IsCancellationRequested) _waiting.Remove(node);
                else if (batch.Count == 0 || (request.IsLike(batch[0]) && texts + request.Texts.Count <= _options.EmbedBatchSize))
                {
                    _waiting.Remove(node);
                    batch.Add(request);
                    texts += request.Texts.Count;
                }

                node = next;
            }

            if (batch.Count == 0) _calls--;
            return batch;
        }
    }

    private async Task<bool> EmbedAsync(List<Request> batch)
    {
        try
        {
            CallContext.Current = new CallContext(batch[0].Tenant, CallContext.NewRequestId());
            var embeddings = await encoder.EmbedAsync(
                batch[0].Choice, [.. batch.SelectMany(request => request.Texts)], TextPurpose.Passage, _stopping.Token);
            var first = 0;
            foreach (var request in batch)
            {
                var values = embeddings.Values.Slice(first * embeddings.Dimension, request.Texts.Count * embeddings.Dimension);
                request.Done.TrySetResult(embeddings with { Values = values });
                first += request.Texts.Count;
            }
        }
        catch (Exception error)
        {
            if (batch.Count > 1 && error is MillraceException refusal && !refusal.Reason.Info().Retryable) return false;
            foreach (var request in batch) request.Done.TrySetException(error);
        }

        return true;
    }

    private sealed record Request(string Tenant, EncoderChoice Choice, IReadOnlyList<string> Texts, CancellationToken CancellationToken)
    {
        public TaskCompletionSource<Embeddings> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsLike(Request other) => Tenant == other.Tenant && Choice == other.Choice;
    }
}
