using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Errors;
using Millrace.Sessions.Conversations;

namespace Millrace.Sessions.Runs;

/// <summary>What can be done with runs: checks what comes in, asks the store, wakes who follows.</summary>
public sealed class RunService(IRunStore store, RunSignals signals, IOptions<RunOptions> options, TimeProvider time)
{
    private const int HashBytesMax = 64;
    private const int OwnerCharsMax = 128;
    private const int FramesMax = 1024;
    private const int PageSize = 256;
    private const int OrphansMax = 256;
    private const int ResultBytesMax = 8 * 1024 * 1024;

    private readonly RunOptions _options = options.Value;

    /// <summary>Creates a run, or finds the one there is.</summary>
    public async Task<(BeginOutcome Outcome, StoredRun Run)> BeginAsync(
        RunKey key, RunBeginning beginning, CancellationToken cancellationToken)
    {
        ConversationChecks.Id("id", key.Id);
        CheckOwner(beginning.Owner);
        if (beginning.RequestHash.Length > HashBytesMax)
            throw MillraceException.InvalidArgument("request_hash", $"request_hash must have at most {HashBytesMax} bytes.");
        if (beginning.Input.Length > _options.BytesMax) throw TooLarge();
        CheckResult(beginning.Result);
        var bounded = beginning with { Lease = Lease(beginning.Lease), Keep = Keep(beginning.Keep) };
        var (outcome, run) = await store.BeginAsync(key, bounded, _options.RunsMax, cancellationToken);
        if (outcome == BeginOutcome.Full)
            throw new MillraceException(
                Reason.QueueFull,
                $"There are {_options.RunsMax} kept answers, as many as there may be. Delete some, or wait until older ones are due.");
        signals.Raise(key);
        return (outcome, run ?? throw NotFound(key.Id));
    }

    /// <summary>The run of this id.</summary>
    public async Task<StoredRun> GetAsync(RunKey key, CancellationToken cancellationToken) =>
        await store.FindAsync(key, cancellationToken) ?? throw NotFound(key.Id);

    /// <summary>Appends frames for the run's owner.</summary>
    /// <returns>Whether the caller owns it, and the run as it stands.</returns>
    public async Task<(bool IsOwner, StoredRun Run)> AppendAsync(
        RunKey key, FrameAddition addition, CancellationToken cancellationToken)
    {
        if (addition.Frames.Count is 0 or > FramesMax)
            throw MillraceException.InvalidArgument("frames", $"frames has {addition.Frames.Count} entries; give 1 to {FramesMax}.");
        if (addition.Frames.Any(frame => !Enum.IsDefined(frame.Kind)))
            throw MillraceException.InvalidArgument("frames", "A frame has no kind. Set the kind of each.");
        var bounded = addition with { Lease = Lease(addition.Lease), BytesMax = _options.BytesMax };
        var (outcome, run) = await store.AppendAsync(key, bounded, cancellationToken);
        if (run is null) throw NotFound(key.Id);
        if (outcome == FrameOutcome.TooLarge) throw TooLarge();
        if (outcome == FrameOutcome.Gap)
            throw MillraceException.InvalidArgument(
                "first_sequence", $"The run has {run.LastSequence} frames; go on with frame {run.LastSequence + 1}.");
        signals.Raise(key);
        return (outcome == FrameOutcome.Stored, run);
    }

    /// <summary>Prolongs the lease of the run's owner.</summary>
    /// <returns>Whether the caller owns it, the run as it stands, and how many follow it here.</returns>
    public async Task<(bool IsOwner, StoredRun Run, int Readers)> RenewAsync(
        RunKey key, long fence, TimeSpan lease, CancellationToken cancellationToken)
    {
        var (isOwner, run) = await store.RenewAsync(key, fence, Lease(lease), cancellationToken);
        return (isOwner, run ?? throw NotFound(key.Id), signals.Count(key));
    }

    /// <summary>
    /// Reads a run and follows it: pages of frames, and last the run, which has ended or lost its owner. Who has frames of a run gets none
    /// of another one that took its place.
    /// </summary>
    /// <exception cref="MillraceException">There is none, or it was begun anew since (response_not_found).</exception>
    public async IAsyncEnumerable<(IReadOnlyList<StoredFrame> Frames, StoredRun? Last)> ReadAsync(
        RunKey key, RunReadWish wish, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var follower = signals.Follow(key);
        var (after, generation) = (wish.After, wish.Generation);
        while (true)
        {
            var next = follower.Next();

            // The run before its frames: when it has ended, all of them are there.
            var run = await GetAsync(key, cancellationToken);
            if (generation != 0 && generation != run.Generation) throw Replaced(key.Id);
            var page = new FramePage(after, wish.ShownOnly, PageSize, run.Generation);
            var frames = await store.ReadAsync(key, page, cancellationToken);
            if (frames.Count > 0)
            {
                (after, generation) = (frames[^1].Sequence, run.Generation);
                yield return (frames, null);
            }

            if (frames.Count == PageSize) continue;
            if (!wish.Follow || run.State != RunState.Running || run.IsOrphanedAt(time.GetUtcNow()))
            {
                yield return ([], run);
                yield break;
            }

            await WaitAsync(next, run, cancellationToken);
        }
    }

    /// <summary>Runs of all tenants that go on alone and that nobody makes.</summary>
    public Task<IReadOnlyList<RunKey>> OrphansAsync(int limit, CancellationToken cancellationToken) => limit is >= 1 and <= OrphansMax
        ? store.OrphansAsync(time.GetUtcNow(), limit, cancellationToken)
        : throw MillraceException.InvalidArgument("limit", $"limit must be from 1 to {OrphansMax}.");

    /// <summary>Ends a run for its owner.</summary>
    public async Task<bool> FinishAsync(RunKey key, long fence, RunEnding ending, CancellationToken cancellationToken)
    {
        if (ending.State is RunState.Running || !Enum.IsDefined(ending.State))
            throw MillraceException.InvalidArgument("state", "state must be completed, failed or cancelled.");
        CheckResult(ending.Result);
        var (isOwner, run) = await store.FinishAsync(key, fence, ending with { Keep = Keep(ending.Keep) }, cancellationToken);
        if (run is null) throw NotFound(key.Id);
        signals.Raise(key);
        return isOwner;
    }

    /// <summary>Notes that a run is to stop.</summary>
    public async Task<StoredRun> CancelAsync(RunKey key, CancellationToken cancellationToken)
    {
        var run = await store.CancelAsync(key, cancellationToken) ?? throw NotFound(key.Id);
        signals.Raise(key);
        return run;
    }

    /// <summary>Gives a run that lost its owner a new one.</summary>
    public async Task<(bool IsTaken, StoredRun Run)> TakeAsync(
        RunKey key, string owner, TimeSpan lease, CancellationToken cancellationToken)
    {
        CheckOwner(owner);
        var (isTaken, run) = await store.TakeAsync(key, owner, Lease(lease), cancellationToken);
        return (isTaken, run ?? throw NotFound(key.Id));
    }

    /// <summary>Deletes a run with its frames.</summary>
    public async Task DeleteAsync(RunKey key, CancellationToken cancellationToken)
    {
        if (!await store.DeleteAsync(key, cancellationToken)) throw NotFound(key.Id);
        signals.Raise(key);
    }

    private static void CheckOwner(string owner)
    {
        if (owner.Length > OwnerCharsMax)
            throw MillraceException.InvalidArgument("owner", $"owner must have at most {OwnerCharsMax} characters.");
    }

    private static void CheckResult(byte[] result)
    {
        if (result.Length > ResultBytesMax)
            throw new MillraceException(Reason.PayloadTooLarge, $"result has {result.Length} bytes; at most {ResultBytesMax} are kept.");
    }

    private static MillraceException NotFound(string id) => new(
        Reason.ResponseNotFound, $"There is no response '{id}'. It may have been deleted, or kept for its time.") { Param = "id" };

    private static MillraceException Replaced(string id) => new(
        Reason.ResponseNotFound, $"The answer '{id}' was given up and begun anew. Ask again from its beginning.") { Param = "id" };

    private MillraceException TooLarge() => new(
        Reason.PayloadTooLarge, $"The answer has more than {_options.BytesMax} bytes, which is more than is kept of one.");

    private TimeSpan Lease(TimeSpan asked) => asked <= TimeSpan.Zero || asked > _options.LeaseMax ? _options.LeaseMax : asked;

    private TimeSpan Keep(TimeSpan asked) => asked <= TimeSpan.Zero || asked > _options.AgeMax ? _options.AgeMax : asked;

    private async Task WaitAsync(Task next, StoredRun run, CancellationToken cancellationToken)
    {
        var lease = run.LeaseEndsAt - time.GetUtcNow();
        var wait = lease < _options.LookInterval ? lease : _options.LookInterval;
        if (wait <= TimeSpan.Zero) return;
        try
        {
            await next.WaitAsync(wait, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Another process may have written, or the lease has ended: look.
        }
    }
}
