using System.Collections.Concurrent;
using System.Text.Json;
using Google.Protobuf;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Runs;

/// <summary>The runs of this process: begins them, finds them, and takes over those whose gateway has died.</summary>
internal sealed class RunHost(
    RunsService.RunsServiceClient store,
    RunWorker worker,
    IOptions<RunsOptions> options,
    TimeProvider time,
    ILogger<RunHost> logger) : IHostedService
{
    /// <summary>How often a run that was taken over too often gets the chance to end with an error of its own.</summary>
    private const int EndingsMax = 2;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string Tenant, string Id), LiveRun> _live = new();
    private readonly string _owner = $"{Environment.MachineName}-{Guid.NewGuid():n}";
    private volatile bool _isStopping;

    /// <summary>How many more runs this process may make.</summary>
    public int Room => Math.Max(0, options.Value.LiveMax - _live.Count);

    /// <summary>Begins a run, or finds the one that the same request has begun.</summary>
    /// <exception cref="MillraceException">Another request has its id, there is no room, or the store cannot be reached.</exception>
    public async Task<RunReading> OpenAsync(RunRequest request, CancellationToken cancellationToken)
    {
        var id = request.Input.RunId;

        // One that is being stopped is no answer to who asks now.
        if (Find(id) is { Stopping.IsCancellationRequested: true } ending) await ending.Completion.WaitAsync(cancellationToken);
        if (Find(id) is null && Room == 0) throw Full();
        if (!request.IsKept) return Reading(new RunReader(id, IsOwn: true, 0), Start(request.Input, held: null));

        var heldSince = time.GetTimestamp();
        var begun = await store.BeginRunAsync(Begin(request), cancellationToken: cancellationToken);
        if (begun.Outcome == BeginOutcome.Created)
            return Reading(
                new RunReader(id, IsOwn: true, begun.Run.Generation),
                Start(request.Input, new Holding(begun.Run, heldSince, RunLegacy.None)));
        return begun.Outcome == BeginOutcome.Exists
            ? Attach(id, begun.Run.Generation)
            : throw new MillraceException(
                Reason.IdempotencyConflict,
                "This Idempotency-Key was used for another request. Send the same request again, or use a new key.");
    }

    /// <summary>Reads a run that there is.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="generation">Which run of this id; 0 for the one that is there.</param>
    public RunReading Attach(string id, ulong generation = 0)
    {
        var live = Find(id);
        var isIt = generation == 0 || live?.Generation == generation;
        return Reading(new RunReader(id, IsOwn: false, generation), isIt ? live : null);
    }

    /// <summary>A run as it stands. One that lost its owner gets a new one first, so that it does not seem to run for ever.</summary>
    /// <exception cref="MillraceException">There is none (response_not_found).</exception>
    public async Task<Run> GetAsync(string id, CancellationToken cancellationToken)
    {
        var run = (await store.GetRunAsync(new GetRunRequest { Id = id }, cancellationToken: cancellationToken)).Run;
        if (run.IsOrphaned) await TakeAsync(id, cancellationToken);
        return run;
    }

    /// <summary>Completes when a run is not being made here, or no longer.</summary>
    public Task WaitAsync(string id) => Find(id)?.Completion ?? Task.CompletedTask;

    /// <summary>Stops a run, wherever it is made, and waits until it has ended.</summary>
    public async Task<Run> CancelAsync(string id, CancellationToken cancellationToken)
    {
        Find(id)?.Stop();
        await WaitAsync(id).WaitAsync(cancellationToken);

        // One that this process has lost meanwhile is another's to stop, or the next owner's.
        var run = (await store.CancelRunAsync(new CancelRunRequest { Id = id }, cancellationToken: cancellationToken)).Run;
        if (run.State == RunState.Running)
            await foreach (var unused in Attach(id).ReadAsync(cancellationToken)) _ = unused;
        return await GetAsync(id, cancellationToken);
    }

    /// <summary>Deletes a run; one that is being made is stopped.</summary>
    public async Task DeleteAsync(string id, CancellationToken cancellationToken)
    {
        Find(id)?.Stop();
        await WaitAsync(id).WaitAsync(cancellationToken);
        await store.DeleteRunAsync(new DeleteRunRequest { Id = id }, cancellationToken: cancellationToken);
    }

    /// <summary>Goes on with a run whose owner is dead.</summary>
    /// <returns>The run; null when somebody else goes on with it, or it has ended.</returns>
    /// <exception cref="MillraceException">This gateway is being stopped, or the store cannot be reached.</exception>
    public async Task<LiveRun?> TakeAsync(string id, CancellationToken cancellationToken)
    {
        if (_isStopping)
            throw new MillraceException(
                Reason.Draining, "This gateway is being stopped. Send the request again: another one goes on with it.")
            {
                RetryAfter = RetryAfter,
            };
        var request = new TakeRunRequest { Id = id, Owner = _owner, LeaseMs = (ulong)options.Value.Lease.TotalMilliseconds };
        var heldSince = time.GetTimestamp();
        var taken = await store.TakeRunAsync(request, cancellationToken: cancellationToken);
        if (!taken.IsTaken) return null;
        if (taken.Run.TakeoverCount > options.Value.TakeoversMax + EndingsMax) await EndAsync(taken.Run, cancellationToken);

        var frames = await FramesAsync(taken.Run, cancellationToken);

        // Somebody was faster while the frames came, and has ended it or deleted it.
        if (frames is not [{ Kind: RunFrameKind.Input } first, .. var rest]) return null;
        var input = JsonSerializer.Deserialize(first.Payload.Span, RunJson.Default.RunInput)!;
        RunLog.TakenOver(logger, id, frames.Count);
        var live = Start(input, new Holding(taken.Run, heldSince, RunLegacy.Of(rest)));
        if (taken.Run.CancelRequested) live.Stop();
        return live;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Gives up what is still being made: another gateway goes on with it when the lease has ended.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        var left = _live.Values.ToList();
        foreach (var live in left) live.Abandon();
        await Task.WhenAll(left.Select(live => live.Completion)).WaitAsync(cancellationToken);
    }

    private LiveRun? Find(string id) => _live.GetValueOrDefault((CallContext.Current.Tenant, id));

    private BeginRunRequest Begin(RunRequest request) => new()
    {
        Id = request.Input.RunId,
        RequestHash = ByteString.CopyFrom(request.Hash),
        Owner = _owner,
        LeaseMs = (ulong)options.Value.Lease.TotalMilliseconds,
        KeepMs = (ulong)request.Input.KeptFor.TotalMilliseconds,
        Input = UnsafeByteOperations.UnsafeWrap(JsonSerializer.SerializeToUtf8Bytes(request.Input, RunJson.Default.RunInput)),
        Result = UnsafeByteOperations.UnsafeWrap(request.Result),
        GoesOnAlone = request.Input.DetachedFor is null,
    };

    private static MillraceException Full() => new(
        Reason.QueueFull, "This gateway makes as many kept answers as it may. Try again in a moment.") { RetryAfter = RetryAfter };

    private RunReading Reading(RunReader reader, LiveRun? live) => new(this, store, live, reader, time)
    {
        StoreWait = options.Value.StoreWait,
    };

    // It could not even be ended by its own kind: whatever it is, no gateway is to meet it again.
    private async Task EndAsync(Run run, CancellationToken cancellationToken)
    {
        var request = new FinishRunRequest { Id = run.Id, Fence = run.Fence, State = RunState.Failed, Result = run.Result, IsVoid = true };
        await store.FinishRunAsync(request, cancellationToken: cancellationToken);
        throw new MillraceException(
            Reason.UpstreamUnavailable, "This answer could not be ended by any gateway. Ask again, with a new key.");
    }

    private async Task<List<RunFrame>> FramesAsync(Run run, CancellationToken cancellationToken)
    {
        List<RunFrame> frames = [];
        var request = new ReadRunRequest { Id = run.Id, NoFollow = true, Generation = run.Generation };
        using var call = store.ReadRun(request, cancellationToken: cancellationToken);
        while (await call.ResponseStream.MoveNext(cancellationToken))
            if (call.ResponseStream.Current.Frames is { } page) frames.AddRange(page.Frames);
        return frames;
    }

    private LiveRun Start(RunInput input, Holding? held)
    {
        var key = (CallContext.Current.Tenant, input.RunId);
        var legacy = held?.Legacy ?? RunLegacy.None;
        var live = new LiveRun(input.RunId, input.DetachedFor, time) { Generation = held?.Run.Generation ?? 0 };
        live.Show(legacy.Shown);
        _live[key] = live;
        var journal = new RunJournal(held is null ? null : store, live, held?.Grip ?? default, options.Value, time);
        live.IsReadElsewhere = journal.IsReadElsewhereAsync;
        var output = new RunOutput(journal, live, legacy, options.Value.BytesMax);
        var task = new RunTask(input, output, new ChatJournal(output, legacy, input.CreatedAt), IsKept: held is not null)
        {
            IsGivenUp = IsGivenUp(held),
        };
        live.Completion = Task.Run(async () =>
        {
            try
            {
                await worker.WorkAsync(task, live, journal);
            }
            finally
            {
                _live.TryRemove(KeyValuePair.Create(key, live));
                live.Dispose();
            }
        });
        return live;
    }

    private bool IsGivenUp(Holding? held)
    {
        if (held?.Run is not { } run || run.TakeoverCount <= options.Value.TakeoversMax) return false;
        RunLog.GivenUp(logger, run.Id, run.TakeoverCount);
        return true;
    }

    /// <summary>A run that this process has got hold of.</summary>
    /// <param name="Run">The run as it stood then.</param>
    /// <param name="HeldSince">Timestamp of the call that got it.</param>
    /// <param name="Legacy">What earlier owners have left.</param>
    private sealed record Holding(Run Run, long HeldSince, RunLegacy Legacy)
    {
        public RunGrip Grip => new(Run.Fence, Run.LastSequence + 1, HeldSince);
    }
}
