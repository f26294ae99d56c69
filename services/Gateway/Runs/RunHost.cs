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
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string Tenant, string Id), LiveRun> _live = new();
    private readonly string _owner = $"{Environment.MachineName}-{Guid.NewGuid():n}";
    private volatile bool _isStopping;

    /// <summary>Begins a run, or finds the one that the same request has begun.</summary>
    /// <exception cref="MillraceException">Another request has its id, there is no room, or the store cannot be reached.</exception>
    public async Task<RunReading> OpenAsync(RunRequest request, CancellationToken cancellationToken)
    {
        if (_live.Count >= options.Value.LiveMax)
            throw new MillraceException(Reason.QueueFull, "This gateway makes as many kept answers as it may. Try again in a moment.")
            {
                RetryAfter = RetryAfter,
            };
        var id = request.Input.RunId;
        if (!request.IsKept)
            return new RunReading(this, store, id, Start(request.Input, default, RunLegacy.None, isKept: false), true);

        // One that is being stopped is no answer to who asks now.
        if (Find(id) is { Stopping.IsCancellationRequested: true } ending) await ending.Completion.WaitAsync(cancellationToken);
        var begun = await store.BeginRunAsync(Begin(request), cancellationToken: cancellationToken);
        return begun.Outcome switch
        {
            BeginOutcome.Created => new RunReading(
                this,
                store,
                id,
                Start(request.Input, new RunGrip(begun.Run.Fence, begun.Run.LastSequence + 1), RunLegacy.None, isKept: true),
                isOwn: true),
            BeginOutcome.Exists => new RunReading(this, store, id, Find(id), isOwn: false),
            _ => throw new MillraceException(
                Reason.IdempotencyConflict,
                "This Idempotency-Key was used for another request. Send the same request again, or use a new key."),
        };
    }

    /// <summary>Reads a run that there is.</summary>
    public RunReading Attach(string id) => new(this, store, id, Find(id), isOwn: false);

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

    /// <summary>Stops a run, and waits until it has ended.</summary>
    public async Task<Run> CancelAsync(string id, CancellationToken cancellationToken)
    {
        if (Find(id) is { } live)
        {
            live.Stop();
            await WaitAsync(id).WaitAsync(cancellationToken);
        }
        else
        {
            var run = (await store.CancelRunAsync(new CancelRunRequest { Id = id }, cancellationToken: cancellationToken)).Run;
            if (run.State == RunState.Running)
                await foreach (var unused in Attach(id).ReadAsync(cancellationToken)) _ = unused;
        }

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
        var taken = await store.TakeRunAsync(request, cancellationToken: cancellationToken);
        if (!taken.IsTaken) return null;

        var frames = await FramesAsync(id, cancellationToken);
        var input = JsonSerializer.Deserialize(frames[0].Payload.Span, RunJson.Default.RunInput)!;
        RunLog.TakenOver(logger, id, frames.Count);
        var grip = new RunGrip(taken.Run.Fence, taken.Run.LastSequence + 1);
        var live = Start(input, grip, RunLegacy.Of(frames.Skip(1)), isKept: true);
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
    };

    private async Task<List<RunFrame>> FramesAsync(string id, CancellationToken cancellationToken)
    {
        List<RunFrame> frames = [];
        using var call = store.ReadRun(new ReadRunRequest { Id = id, NoFollow = true }, cancellationToken: cancellationToken);
        while (await call.ResponseStream.MoveNext(cancellationToken))
            if (call.ResponseStream.Current.Frames is { } page) frames.AddRange(page.Frames);
        return frames;
    }

    private LiveRun Start(RunInput input, RunGrip grip, RunLegacy legacy, bool isKept)
    {
        var key = (CallContext.Current.Tenant, input.RunId);
        var live = new LiveRun(input.RunId, input.DetachedFor, time);
        live.Show(legacy.Shown);
        _live[key] = live;
        var journal = new RunJournal(isKept ? store : null, live, grip, options.Value, time);
        live.IsReadElsewhere = journal.IsReadElsewhereAsync;
        var output = new RunOutput(journal, live, legacy, options.Value.BytesMax);
        var task = new RunTask(input, output, new ChatJournal(output, legacy, input.CreatedAt), isKept);
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
}
