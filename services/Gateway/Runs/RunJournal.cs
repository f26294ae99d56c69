using System.Threading.Channels;
using Google.Protobuf;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Runs;

/// <summary>
/// The owner's side of a run: every piece is durable before a reader sees it. Pieces that are made while others are being written go
/// together. The owner gives up by its own clock before its lease ends, so that there are never two.
/// </summary>
/// <param name="store">Where runs are kept; null for one that is not kept.</param>
/// <param name="live">What readers see.</param>
/// <param name="grip">What the owner holds.</param>
/// <param name="options">Lease and limits.</param>
/// <param name="time">The clock.</param>
internal sealed class RunJournal(
    RunsService.RunsServiceClient? store, LiveRun live, RunGrip grip, RunsOptions options, TimeProvider time)
{
    private const int PiecesMax = 256;
    private const int BatchBytesMax = 1024 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Channel<RunPiece> _pieces = Channel.CreateBounded<RunPiece>(
        new BoundedChannelOptions(PiecesMax) { SingleReader = true, SingleWriter = true });

    private readonly Lock _gate = new();
    private ulong _next = grip.NextSequence;
    private long _heldSince = grip.HeldSince;

    /// <summary>Whether this process may still write.</summary>
    public bool IsOwner { get; private set; } = true;

    /// <summary>Hands a piece over. It is durable and shown a moment later, in order.</summary>
    public ValueTask WriteAsync(RunPiece piece, CancellationToken cancellationToken) => _pieces.Writer.WriteAsync(piece, cancellationToken);

    /// <summary>No piece will follow.</summary>
    public void Complete() => _pieces.Writer.TryComplete();

    /// <summary>Writes what comes until all is written or the run is lost, and keeps the lease meanwhile.</summary>
    /// <exception cref="MillraceException">Pieces could not be written.</exception>
    public async Task PumpAsync()
    {
        using var renewing = new CancellationTokenSource();
        var renewal = RenewAsync(renewing.Token);
        try
        {
            List<RunPiece> batch = [];
            while (await _pieces.Reader.WaitToReadAsync())
            {
                Drain(batch);
                if (!await PersistAsync(batch)) return;
                live.Show(batch.Where(piece => piece.IsShown));
                batch.Clear();
            }
        }
        catch
        {
            // Whoever makes the pieces must not wait for room.
            Lose();
            throw;
        }
        finally
        {
            await renewing.CancelAsync();
            await renewal;
        }
    }

    /// <summary>Ends the run in the store. Nobody may write to it then.</summary>
    public async Task FinishAsync(RunEnd end, TimeSpan keptFor)
    {
        if (store is null || !IsOwner) return;
        var request = new FinishRunRequest
        {
            Id = live.Id,
            Fence = grip.Fence,
            State = end.State,
            Result = UnsafeByteOperations.UnsafeWrap(end.Result),
            IsVoid = end.IsVoid,
            KeepMs = (ulong)keptFor.TotalMilliseconds,
        };
        await InTimeAsync(async stop => (await store.FinishRunAsync(request, cancellationToken: stop)).IsOwner);
    }

    /// <summary>Whether somebody reads the run through the store.</summary>
    public async Task<bool> IsReadElsewhereAsync()
    {
        try
        {
            return store is not null && (await RenewOnceAsync(store)).ReaderCount > 0;
        }
        catch (Exception error) when (error is MillraceException or OperationCanceledException)
        {
            return false;
        }
    }

    private ulong LeaseMs => (ulong)options.Lease.TotalMilliseconds;

    // By a clock that nobody sets. The lease in the store begins later than the call that asks for it, and so ends later than this.
    private TimeSpan LeaseLeft
    {
        get
        {
            lock (_gate) return options.Lease - time.GetElapsedTime(_heldSince);
        }
    }

    private void Drain(List<RunPiece> batch)
    {
        var bytes = 0;
        while (batch.Count < PiecesMax && bytes < BatchBytesMax && _pieces.Reader.TryRead(out var piece))
        {
            batch.Add(piece);
            bytes += piece.Bytes.Length;
        }
    }

    private async Task<bool> PersistAsync(List<RunPiece> batch)
    {
        if (store is null) return IsOwner;
        var request = new AppendFramesRequest { Id = live.Id, Fence = grip.Fence, FirstSequence = _next, LeaseMs = LeaseMs };
        request.Frames.Add(batch.Select(
            piece => new RunFrame { Kind = piece.Kind, Payload = UnsafeByteOperations.UnsafeWrap(piece.Bytes) }));
        var isOwner = await InTimeAsync(async stop =>
        {
            var answer = await store.AppendFramesAsync(request, cancellationToken: stop);
            if (answer.CancelRequested) live.Stop();
            return answer.IsOwner;
        });
        _next += (ulong)batch.Count;
        return isOwner;
    }

    // A store that is away for a moment, or does not answer, is asked again as long as the lease lasts. All calls may be repeated.
    private async Task<bool> InTimeAsync(Func<CancellationToken, Task<bool>> call)
    {
        while (true)
        {
            var startedAt = time.GetTimestamp();
            using var attempt = new CancellationTokenSource(options.Lease, time);
            try
            {
                if (await call(attempt.Token)) Hold(startedAt);
                else Lose();
                return IsOwner;
            }
            catch (Exception error) when (IsPassing(error, attempt.Token) && LeaseLeft > Pause)
            {
                await Task.Delay(Pause, time);
            }
        }
    }

    private static bool IsPassing(Exception error, CancellationToken attempt) =>
        attempt.IsCancellationRequested || (error is MillraceException refusal && refusal.Reason.Info().Retryable);

    private void Hold(long since)
    {
        lock (_gate) _heldSince = Math.Max(_heldSince, since);
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        if (store is null) return;
        using var timer = new PeriodicTimer(options.Lease / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (!await TryRenewAsync(store) && LeaseLeft <= TimeSpan.Zero) Lose();
                if (!IsOwner) return;
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }

    private async Task<bool> TryRenewAsync(RunsService.RunsServiceClient runs)
    {
        try
        {
            await RenewOnceAsync(runs);
            return true;
        }
        catch (Exception error) when (error is MillraceException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<RenewRunResponse> RenewOnceAsync(RunsService.RunsServiceClient runs)
    {
        var startedAt = time.GetTimestamp();
        using var attempt = new CancellationTokenSource(options.Lease / 2, time);
        var answer = await runs.RenewRunAsync(
            new RenewRunRequest { Id = live.Id, Fence = grip.Fence, LeaseMs = LeaseMs }, cancellationToken: attempt.Token);
        if (answer.IsOwner) Hold(startedAt);
        else Lose();
        if (answer.CancelRequested) live.Stop();
        return answer;
    }

    private void Lose()
    {
        IsOwner = false;
        _pieces.Writer.TryComplete();
        live.Abandon();
    }
}

/// <summary>What an owner holds of a run.</summary>
/// <param name="Fence">Its fence.</param>
/// <param name="NextSequence">Sequence of the next frame.</param>
/// <param name="HeldSince">Timestamp of the call that got the lease, in the clock's own units.</param>
internal readonly record struct RunGrip(ulong Fence, ulong NextSequence, long HeldSince);
