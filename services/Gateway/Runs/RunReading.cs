using System.Runtime.CompilerServices;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Runs;

/// <summary>
/// One who reads a run: here as long as this process makes it, else through the store. When the gateway that made it has died, the reader's
/// own goes on with it.
/// </summary>
internal sealed class RunReading(RunHost host, RunsService.RunsServiceClient store, string id, LiveRun? live, bool isOwn)
{
    private LiveRun? _live = live;

    /// <summary>Whether this reader's request began the run.</summary>
    public bool IsOwn => isOwn;

    /// <summary>Tokens that this reader's gateway spent on its behalf; null when it spent none.</summary>
    public int? Tokens => isOwn || HasTakenOver ? _live?.Tokens : null;

    private bool HasTakenOver { get; set; }

    /// <summary>What clients may see, from the beginning to the end.</summary>
    /// <exception cref="MillraceException">The run cannot be read on.</exception>
    public async IAsyncEnumerable<RunPiece> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = 0;
        while (true)
        {
            if (_live is { } here && here.TryAttach())
            {
                try
                {
                    await foreach (var piece in here.ReadAsync(known, cancellationToken))
                    {
                        known++;
                        yield return piece;
                    }
                }
                finally
                {
                    here.Detach();
                }

                if (here.State == LiveState.Ended) yield break;
            }
            else if (_live is { State: LiveState.Ended } ended)
            {
                await foreach (var piece in ended.ReadAsync(known, cancellationToken)) yield return piece;
                yield break;
            }

            using var call = store.ReadRun(new ReadRunRequest { Id = id, ShownOnly = true }, cancellationToken: cancellationToken);
            var skipped = 0;
            Run? last = null;
            while (await call.ResponseStream.MoveNext(cancellationToken))
            {
                last = call.ResponseStream.Current.Run;
                foreach (var frame in call.ResponseStream.Current.Frames?.Frames ?? [])
                {
                    if (skipped++ < known) continue;
                    known++;
                    yield return new RunPiece(frame.Kind, frame.Payload.Memory);
                }
            }

            if (last is { IsOrphaned: false, State: not RunState.Running }) yield break;
            if (last is null)
                throw new MillraceException(Reason.UpstreamUnavailable, "The session store ended the answer too early. Try again.");
            _live = await host.TakeAsync(id, cancellationToken);
            HasTakenOver = _live is not null;
        }
    }
}
