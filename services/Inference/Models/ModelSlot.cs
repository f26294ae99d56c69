using Millrace.Inference.Configuration;
using Millrace.Inference.Models.Memory;

namespace Millrace.Inference.Models;

/// <summary>How far a model is on its way into memory or out of it.</summary>
internal enum SlotState
{
    /// <summary>On its way in.</summary>
    Loading,

    /// <summary>In memory.</summary>
    Loaded,

    /// <summary>On its way out.</summary>
    Leaving,

    /// <summary>Could not be loaded.</summary>
    Failed,
}

/// <summary>What is to be loaded.</summary>
/// <param name="File">The model's file.</param>
/// <param name="Draft">File of the small model that proposes tokens to it; null for none.</param>
/// <param name="Settings">The model's settings.</param>
internal sealed record ModelWish(ModelFile File, ModelFile? Draft, ModelSettings Settings);

/// <summary>
/// A model's place in memory, from the beginning of its load until it has been freed. Its owner is <see cref="ModelHost"/>, under whose
/// lock all of it is read and written, but for the progress.
/// </summary>
internal sealed class ModelSlot(ModelWish wish, MemoryEstimate memory) : IProgress<float>, IDisposable
{
    private volatile float _progress;

    /// <summary>The file that it is loaded from.</summary>
    public ModelFile File { get; } = wish.File;

    /// <summary>The small model that proposes tokens to it; null for none.</summary>
    public ModelFile? Draft { get; } = wish.Draft;

    /// <summary>The model's settings.</summary>
    public ModelSettings Settings { get; } = wish.Settings;

    /// <summary>What it takes.</summary>
    public MemoryEstimate Memory { get; } = memory;

    /// <summary>How far it is.</summary>
    public SlotState State { get; set; }

    /// <summary>Whether it takes no new users, and goes with the last one.</summary>
    public bool IsClosing { get; set; }

    /// <summary>Whether its load goes on when nobody waits for it any more.</summary>
    public bool IsWanted { get; set; }

    /// <summary>Whether it stays, whatever else needs the room.</summary>
    public bool IsPinned { get; set; } = wish.Settings.Pinned;

    /// <summary>Requests that use it or wait for it.</summary>
    public int Users { get; set; }

    /// <summary>Timestamp of when its last user left, or its load ended.</summary>
    public long UsedAt { get; set; }

    /// <summary>Fires when nobody has used it for long enough.</summary>
    public ITimer? IdleTimer { get; set; }

    /// <summary>Stops its load.</summary>
    public CancellationTokenSource Stop { get; } = new();

    /// <summary>Completes when it has been freed.</summary>
    public TaskCompletionSource Gone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The load.</summary>
    public Task<LoadedModel> Loading { get; set; } = null!;

    /// <summary>The model; null unless it is in memory.</summary>
    public LoadedModel? Model { get; set; }

    /// <summary>Why it could not be loaded.</summary>
    public string Problem { get; set; } = "";

    /// <summary>How much of it is loaded, 0 to 1.</summary>
    public float Progress => _progress;

    /// <summary>Whether it may go to make room.</summary>
    public bool IsEvictable => State == SlotState.Loaded && Users == 0 && !IsPinned;

    /// <summary>Whether it takes memory that no decision has freed yet.</summary>
    public bool TakesMemory => State is SlotState.Loading or SlotState.Loaded;

    /// <inheritdoc/>
    public void Report(float value) => _progress = value;

    /// <inheritdoc/>
    public void Dispose()
    {
        IdleTimer?.Dispose();
        Stop.Dispose();
    }
}

/// <summary>How far a model is on its way into memory, at one moment.</summary>
/// <param name="State">The way.</param>
/// <param name="Model">The model, when it is there.</param>
/// <param name="Progress">How much of it is loaded, 0 to 1.</param>
/// <param name="MemoryBytes">What it takes.</param>
/// <param name="Problem">Why it could not be loaded.</param>
internal sealed record ModelPresence(SlotState State, LoadedModel? Model, float Progress, long MemoryBytes, string Problem);
