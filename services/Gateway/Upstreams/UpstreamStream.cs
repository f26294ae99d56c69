using Grpc.Core;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Upstreams;

/// <summary>
/// An answer as the stream of a call. Reading is the enumeration itself: no queue and no other task lies between. Whoever disposes of the
/// call aborts the request to the upstream, also in the middle of a read; then that read gives everything back when it ends.
/// </summary>
/// <param name="answer">The answer; owned.</param>
/// <param name="aborted">Aborts it; owned.</param>
/// <param name="logger">Takes defects of ours.</param>
internal sealed class UpstreamStream(
    IAsyncEnumerator<GenerateResponse> answer, CancellationTokenSource aborted, ILogger<UpstreamInvoker> logger)
    : IAsyncStreamReader<GenerateResponse>, IDisposable
{
    private const int Resting = 0;
    private const int Reading = 1;
    private const int Disposed = 2;

    private int _state;

    /// <inheritdoc/>
    public GenerateResponse Current => answer.Current;

    /// <inheritdoc/>
    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        var before = Interlocked.CompareExchange(ref _state, Reading, Resting);
        if (before == Reading) throw new InvalidOperationException("The answer is being read already.");
        if (before == Disposed) return Task.FromException<bool>(UpstreamFaults.Cancelled());
        var next = answer.MoveNextAsync();

        // What is there already needs no state machine; the two tasks of true and false are always the same.
        return next.IsCompletedSuccessfully && TryRest() ? Task.FromResult(next.Result) : FinishAsync(next, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var before = Interlocked.Exchange(ref _state, Disposed);
        if (before == Disposed) return;
        aborted.Cancel();
        if (before == Resting) _ = ReleaseAsync();
    }

    private async Task<bool> FinishAsync(ValueTask<bool> next, CancellationToken cancellationToken)
    {
        try
        {
            using var abort = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource?)source)?.Cancel(), aborted);
            return await next;
        }
        catch (Exception error) when (error is not MillraceException)
        {
            throw UpstreamFaults.Of(error, logger);
        }
        finally
        {
            if (!TryRest()) await ReleaseAsync();
        }
    }

    /// <summary>The read is over.</summary>
    /// <returns>False when the call was disposed of meanwhile, so that nobody else gives back what it holds.</returns>
    private bool TryRest() => Interlocked.CompareExchange(ref _state, Resting, Reading) == Reading;

    private async Task ReleaseAsync()
    {
        await answer.DisposeAsync();
        aborted.Dispose();
    }
}
