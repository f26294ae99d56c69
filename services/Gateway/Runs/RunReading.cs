using System.Runtime.CompilerServices;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Runs;

/// <summary>What somebody reads.</summary>
/// <param name="Id">Id of the run.</param>
/// <param name="IsOwn">Whether the reader's request began it.</param>
/// <param name="Generation">Which run of this id; 0 for the one that is there.</param>
internal sealed record RunReader(string Id, bool IsOwn, ulong Generation);

/// <summary>
/// One who reads a run: here as long as this process makes it, else through the store. When the gateway that made it has died, the reader's
/// own goes on with it. What was read stays with the run that it was read of: another one of the same id is no continuation.
/// </summary>
internal sealed class RunReading(RunHost host, RunsService.RunsServiceClient store, LiveRun? live, RunReader reader, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private LiveRun? _live = live;
    private ulong _generation = live?.Generation ?? reader.Generation;
    private int _known;

    /// <summary>Whether this reader's request began the run.</summary>
    public bool IsOwn => reader.IsOwn;

    /// <summary>How long a store is waited for that goes away after something was read.</summary>
    public TimeSpan StoreWait { get; init; }

    /// <summary>Tokens that this reader's gateway spent on its behalf; null when it spent none.</summary>
    public int? Tokens => IsOwn || HasTakenOver ? _live?.Tokens : null;

    private bool HasTakenOver { get; set; }

    /// <summary>What clients may see, from the beginning to the end.</summary>
    /// <exception cref="MillraceException">The run cannot be read on.</exception>
    public async IAsyncEnumerable<RunPiece> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_live is { } here)
            {
                await foreach (var piece in LiveAsync(here, cancellationToken)) yield return piece;
                if (here.State == LiveState.Ended) yield break;
                if (here.Generation == 0) throw Gone();
            }

            var stored = new StoredPart();
            await foreach (var piece in StoredAsync(stored, cancellationToken)) yield return piece;
            if (stored.Last is { IsOrphaned: false, State: not RunState.Running }) yield break;
            await TakeAsync(cancellationToken);
        }
    }

    private static MillraceException Gone() => new(
        Reason.Draining, "This gateway is being stopped, and the answer was not to be kept. Ask again.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    // One that has ended is read without being attached to: nothing depends on its readers any more.
    private async IAsyncEnumerable<RunPiece> LiveAsync(LiveRun here, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isAttached = here.TryAttach();
        if (!isAttached && here.State == LiveState.Lost) yield break;
        try
        {
            await foreach (var piece in here.ReadAsync(_known, cancellationToken))
            {
                _known++;
                yield return piece;
            }
        }
        finally
        {
            if (isAttached) here.Detach();
        }
    }

    private async IAsyncEnumerable<RunPiece> StoredAsync(StoredPart part, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var heardAt = time.GetTimestamp();
        while (true)
        {
            using var call = store.ReadRun(
                new ReadRunRequest { Id = reader.Id, ShownOnly = true, Generation = _generation }, cancellationToken: cancellationToken);
            var skipped = 0;
            while (await TryMoveAsync(call, heardAt, cancellationToken))
            {
                heardAt = time.GetTimestamp();
                part.Last = call.ResponseStream.Current.Run;
                foreach (var frame in call.ResponseStream.Current.Frames?.Frames ?? [])
                {
                    if (skipped++ < _known) continue;
                    _known++;
                    yield return new RunPiece(frame.Kind, frame.Payload.Memory);
                }
            }

            if (part.Last is not { } last) continue;
            _generation = last.Generation;
            yield break;
        }
    }

    // Who has read something waits a while for a store that went away; who has not is told at once.
    private async Task<bool> TryMoveAsync(
        Grpc.Core.AsyncServerStreamingCall<ReadRunResponse> call, long heardAt, CancellationToken cancellationToken)
    {
        try
        {
            return await call.ResponseStream.MoveNext(cancellationToken);
        }
        catch (MillraceException error)
            when (error.Reason.Info().Retryable && _known > 0 && time.GetElapsedTime(heardAt) < StoreWait
                && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(Pause, time, cancellationToken);
            return false;
        }
    }

    private async Task TakeAsync(CancellationToken cancellationToken)
    {
        _live = await host.TakeAsync(reader.Id, cancellationToken);
        HasTakenOver = _live is not null;
        if (_live is null)
        {
            // Somebody else has it, or will in a moment.
            await Task.Delay(Pause, time, cancellationToken);
            return;
        }

        if (_known > 0 && _live.Generation != _generation)
            throw new MillraceException(
                Reason.ResponseNotFound, "The answer was given up and begun anew. Ask again from its beginning.");
        _generation = _live.Generation;
    }

    /// <summary>How a part that was read through the store ended.</summary>
    private sealed class StoredPart
    {
        public Run? Last { get; set; }
    }
}
