namespace Millrace.Sessions.Runs;

/// <summary>Where runs are kept. What was acknowledged survives a crash. Only <see cref="OrphansAsync"/> and
/// <see cref="ExpireAsync"/> see all tenants.</summary>
public interface IRunStore
{
    /// <summary>Creates a run, if there is none of its id that may not be begun anew, and the tenant may have one more.</summary>
    Task<(BeginOutcome Outcome, StoredRun? Run)> BeginAsync(
        RunKey key, RunBeginning beginning, int runsMax, CancellationToken cancellationToken);

    /// <summary>The run of this id, or null.</summary>
    Task<StoredRun?> FindAsync(RunKey key, CancellationToken cancellationToken);

    /// <summary>Appends frames for the run's owner and prolongs its lease. Those that are there already are skipped.</summary>
    /// <returns>The run as it stands; null when there is none.</returns>
    Task<(FrameOutcome Outcome, StoredRun? Run)> AppendAsync(RunKey key, FrameAddition addition, CancellationToken cancellationToken);

    /// <summary>Prolongs the lease of the run's owner.</summary>
    /// <returns>The run as it stands; null when there is none.</returns>
    Task<(bool IsOwner, StoredRun? Run)> RenewAsync(RunKey key, long fence, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Frames behind a sequence, in order.</summary>
    Task<IReadOnlyList<StoredFrame>> ReadAsync(RunKey key, FramePage page, CancellationToken cancellationToken);

    /// <summary>Ends a run for its owner, and deletes the frames that only an owner needs.</summary>
    Task<(bool IsOwner, StoredRun? Run)> FinishAsync(RunKey key, long fence, RunEnding ending, CancellationToken cancellationToken);

    /// <summary>Notes that a run is to stop.</summary>
    Task<StoredRun?> CancelAsync(RunKey key, CancellationToken cancellationToken);

    /// <summary>Gives a run that lost its owner a new one.</summary>
    Task<(bool IsTaken, StoredRun? Run)> TakeAsync(RunKey key, string owner, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Runs of all tenants that go on alone and whose lease has ended, those first that have waited longest.</summary>
    Task<IReadOnlyList<RunKey>> OrphansAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken);

    /// <summary>Deletes a run with its frames; false when there is none.</summary>
    Task<bool> DeleteAsync(RunKey key, CancellationToken cancellationToken);

    /// <summary>Deletes runs of all tenants that are due, but none that somebody is making.</summary>
    /// <returns>How many were deleted; fewer than the limit when no more are due.</returns>
    Task<int> ExpireAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken);
}

/// <summary>What became of the wish for a run; numbered as in the contract.</summary>
public enum BeginOutcome
{
    /// <summary>It was created.</summary>
    Created = 1,

    /// <summary>One of this id and this hash was there.</summary>
    Exists = 2,

    /// <summary>One of this id and another hash was there.</summary>
    Conflict = 3,

    /// <summary>The tenant has as many as it may have.</summary>
    Full = 4,
}

/// <summary>What became of frames.</summary>
public enum FrameOutcome
{
    /// <summary>They are stored.</summary>
    Stored,

    /// <summary>Who sent them does not own the run.</summary>
    Stale,

    /// <summary>They do not follow what is there.</summary>
    Gap,

    /// <summary>The run would have too many bytes.</summary>
    TooLarge,
}

/// <summary>Which frames are wanted.</summary>
/// <param name="After">Only those behind this sequence.</param>
/// <param name="ShownOnly">Whether those for an owner alone are left out.</param>
/// <param name="Limit">Most frames.</param>
/// <param name="Generation">Only those of this generation; 0 for the one that is there.</param>
public sealed record FramePage(long After, bool ShownOnly, int Limit, long Generation = 0);

/// <summary>What somebody wants to read of a run.</summary>
/// <param name="After">Only frames behind this one.</param>
/// <param name="ShownOnly">Whether frames for an owner alone are left out.</param>
/// <param name="Follow">Whether to wait for more.</param>
/// <param name="Generation">Only if it is of this generation; 0 for the one that is there.</param>
public sealed record RunReadWish(long After, bool ShownOnly, bool Follow, long Generation);
