using Grpc.Core;
using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Errors;
using Qdrant.Client;

namespace Millrace.Retrieval.Index.Qdrant;

/// <summary>
/// How the server is called: a bounded number of calls at once, each attempt with a deadline of its own, and again after a growing pause
/// when nobody answered. Whatever passes here may be sent twice.
/// </summary>
internal sealed class QdrantCalls(IOptions<QdrantOptions> options, TimeProvider time, ILogger<QdrantCalls> logger) : IDisposable
{
    private readonly QdrantOptions _options = options.Value;
    private readonly SemaphoreSlim _turns = new(options.Value.ConcurrentCallsMax);
    private int _waiting;

    /// <summary>Calls until there is an answer.</summary>
    /// <param name="operation">What is asked for, in the words of the log.</param>
    /// <param name="call">One attempt.</param>
    /// <param name="cancellationToken">Whether anybody still wants the answer.</param>
    /// <exception cref="MillraceException">Too many calls wait, or all attempts failed.</exception>
    public async Task<T> RunAsync<T>(string operation, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        await TakeTurnAsync(cancellationToken);
        try
        {
            return await AttemptsAsync(operation, call, cancellationToken);
        }
        finally
        {
            // A turn is kept during the pauses: a server that is in trouble is not asked more often than one that is not.
            _turns.Release();
        }
    }

    /// <summary>Calls until there is an answer.</summary>
    public Task RunAsync(string operation, Func<CancellationToken, Task> call, CancellationToken cancellationToken) => RunAsync(
        operation,
        async cancel =>
        {
            await call(cancel);
            return true;
        },
        cancellationToken);

    public void Dispose() => _turns.Dispose();

    private async Task TakeTurnAsync(CancellationToken cancellationToken)
    {
        if (_turns.Wait(0, cancellationToken)) return;
        try
        {
            if (Interlocked.Increment(ref _waiting) > _options.WaitingCallsMax)
                throw new MillraceException(
                    Reason.QueueFull,
                    $"{_options.WaitingCallsMax} calls wait for the vector store (Qdrant) already. Try again later, or raise "
                    + "Retrieval:Qdrant:ConcurrentCallsMax.") { RetryAfter = _options.RetryDelayMax };
            await _turns.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task<T> AttemptsAsync<T>(string operation, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await OnceAsync(call, cancellationToken);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            catch (Exception error) when (attempt < _options.AttemptsMax && QdrantErrors.IsTransient(error))
            {
                var delay = DelayAfter(attempt);
                QdrantLog.Retried(logger, operation, attempt, delay.TotalMilliseconds);
                await Task.Delay(delay, time, cancellationToken);
            }
            catch (Exception error) when (error is RpcException or TimeoutException or QdrantException)
            {
                throw QdrantErrors.From(error, operation, _options.RetryDelayMax);
            }
        }
    }

    private async Task<T> OnceAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.CallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await call(either.Token);
        }
        catch (Exception error) when (timeout.IsCancellationRequested && error is RpcException or OperationCanceledException)
        {
            throw new TimeoutException($"No answer within {_options.CallTimeout}.", error);
        }
    }

    private TimeSpan DelayAfter(int attempt)
    {
        var doubled = _options.RetryDelay * Math.Pow(2, attempt - 1);
        var longest = doubled < _options.RetryDelayMax ? doubled : _options.RetryDelayMax;
        return longest * (1 - (Random.Shared.NextDouble() / 2));
    }
}
