namespace Millrace.Sessions.Runs;

/// <summary>Names a run.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Id">Its id among those of the tenant.</param>
public sealed record RunKey(string Tenant, string Id);

/// <summary>How far a run is; numbered as in the contract and in the table.</summary>
public enum RunState
{
    /// <summary>Its owner works on it, or has died.</summary>
    Running = 1,

    /// <summary>It is whole.</summary>
    Completed = 2,

    /// <summary>It broke off.</summary>
    Failed = 3,

    /// <summary>Somebody stopped it.</summary>
    Cancelled = 4,
}

/// <summary>What a frame is; numbered as in the contract and in the table.</summary>
public enum FrameKind
{
    /// <summary>What was asked for.</summary>
    Input = 1,

    /// <summary>What was found out before the generation.</summary>
    Prepared = 2,

    /// <summary>What the model said, before it was checked.</summary>
    Raw = 3,

    /// <summary>Status and headers. From here on frames are shown to clients.</summary>
    Head = 4,

    /// <summary>An event of a stream.</summary>
    Event = 5,

    /// <summary>A piece of a body.</summary>
    Body = 6,
}

/// <summary>A frame that is to be appended.</summary>
public sealed record NewFrame(FrameKind Kind, ReadOnlyMemory<byte> Payload);

/// <summary>A frame as it is kept.</summary>
/// <param name="Sequence">Its place in the run, from 1.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Payload">Its bytes.</param>
public sealed record StoredFrame(long Sequence, FrameKind Kind, byte[] Payload);

/// <summary>A run without its frames.</summary>
public sealed record StoredRun
{
    /// <summary>Its id among those of the tenant.</summary>
    public required string Id { get; init; }

    /// <summary>Hash of the request that began it.</summary>
    public required byte[] RequestHash { get; init; }

    /// <summary>How far it is.</summary>
    public required RunState State { get; init; }

    /// <summary>Rises with each owner.</summary>
    public required long Fence { get; init; }

    /// <summary>When its owner counts as dead unless it is heard of.</summary>
    public required DateTimeOffset LeaseEndsAt { get; init; }

    /// <summary>Whether somebody asked its owner to stop.</summary>
    public required bool CancelRequested { get; init; }

    /// <summary>What is to be told of it as a whole.</summary>
    public required byte[] Result { get; init; }

    /// <summary>Sequence of its last frame.</summary>
    public required long LastSequence { get; init; }

    /// <summary>When it was begun.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it will be deleted.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Tells it from an earlier run of its id that was begun anew; from 1.</summary>
    public required long Generation { get; init; }

    /// <summary>How often it was taken from an owner that had let its lease end.</summary>
    public required int TakeoverCount { get; init; }

    /// <summary>Whether it runs and its owner has let the lease end.</summary>
    public bool IsOrphanedAt(DateTimeOffset now) => State == RunState.Running && LeaseEndsAt <= now;
}

/// <summary>What a run begins with.</summary>
/// <param name="RequestHash">Hash of the request.</param>
/// <param name="Owner">Who owns it.</param>
/// <param name="Lease">How long the owner need not be heard of.</param>
/// <param name="Keep">How long it is kept.</param>
/// <param name="Input">Its first frame.</param>
/// <param name="Result">What is told of it until it ends.</param>
public sealed record RunBeginning(byte[] RequestHash, string Owner, TimeSpan Lease, TimeSpan Keep, byte[] Input, byte[] Result)
{
    /// <summary>Whether it goes on although nobody reads it, so that it is taken over without being asked for.</summary>
    public bool GoesOnAlone { get; init; }
}

/// <summary>How a run ends.</summary>
/// <param name="State">The state.</param>
/// <param name="Result">What is told of it from now on.</param>
/// <param name="IsVoid">Whether it may be begun anew.</param>
/// <param name="Keep">How long it is kept.</param>
public sealed record RunEnding(RunState State, byte[] Result, bool IsVoid, TimeSpan Keep);

/// <summary>Frames that an owner appends.</summary>
/// <param name="Fence">The owner's fence.</param>
/// <param name="FirstSequence">Sequence of the first.</param>
/// <param name="Frames">The frames.</param>
/// <param name="Lease">How long the owner need not be heard of.</param>
/// <param name="BytesMax">Most bytes of all frames of the run.</param>
public sealed record FrameAddition(long Fence, long FirstSequence, IReadOnlyList<NewFrame> Frames, TimeSpan Lease, long BytesMax);
