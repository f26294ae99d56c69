using Microsoft.Extensions.Options;
using Millrace.Inference.Configuration;
using Millrace.Inference.Engine;
using Millrace.Inference.Models.Memory;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Models;

/// <summary>
/// Owns the models in memory. A model is loaded once, by its first request, while others that want it wait; whoever uses it keeps it there.
/// When another needs the room, the one goes that was used least lately. Thread-safe.
/// </summary>
internal sealed class ModelHost(
    ModelCatalog catalog,
    ModelLoader loader,
    MemoryBudget budget,
    IOptions<InferenceOptions> options,
    TimeProvider time,
    ILogger<ModelHost> logger) : IAsyncDisposable
{
    private static readonly TimeSpan TimerStep = TimeSpan.FromMilliseconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ModelSlot> _slots = new(StringComparer.Ordinal);
    private readonly HashSet<string> _loadedOnce = new(StringComparer.Ordinal);
    private bool _closed;

    /// <summary>The models in memory.</summary>
    public IEnumerable<LoadedModel> Loaded
    {
        get
        {
            lock (_lock) return [.. _slots.Values.Where(slot => slot.State == SlotState.Loaded).Select(slot => slot.Model!)];
        }
    }

    /// <summary>Release of llama.cpp in use; empty before the first model.</summary>
    public string NativeRelease { get; private set; } = "";

    /// <summary>Bytes that the models in memory take, as estimated.</summary>
    public long MemoryBytes
    {
        get
        {
            lock (_lock) return Used();
        }
    }

    /// <summary>Bytes that models may take together; 0 before the first model.</summary>
    public long MemoryBytesMax => NativeRelease.Length > 0 ? budget.Bytes : options.Value.MemoryBytesMax;

    /// <summary>The right to use a model, and perhaps an adapter; the model is loaded if need be.</summary>
    /// <param name="name">Name of the model, or <c>model:adapter</c>; the default model for an empty one.</param>
    /// <param name="cancellationToken">Stops waiting; a load that nobody waits for any more is stopped as well.</param>
    /// <exception cref="MillraceException">There is no such model or adapter, or it cannot be loaded.</exception>
    public async Task<ModelLease> LeaseAsync(string name, CancellationToken cancellationToken)
    {
        var wanted = ModelName.Parse(name);
        var stay = await EnterAsync(catalog.NameFor(wanted.Model), cancellationToken);
        try
        {
            var model = await stay.ModelAsync(cancellationToken);
            if (model.Engine.IsBroken) throw EngineRefusals.Broken();
            return new ModelLease(model, wanted.Adapter, stay);
        }
        catch
        {
            stay.Dispose();
            throw;
        }
    }

    /// <summary>Begins to load a model that is wanted whether anybody waits or not; the result is disposed when nobody does.</summary>
    /// <param name="name">Name of the model; the default model for an empty one.</param>
    /// <param name="pin">Whether it stays, whatever else needs the room.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="MillraceException">There is no such model, or no room for it.</exception>
    public async Task<ModelStay> WantAsync(string name, bool pin, CancellationToken cancellationToken)
    {
        var stay = await EnterAsync(catalog.NameFor(name), cancellationToken);
        lock (_lock)
        {
            stay.Slot.IsWanted = true;
            stay.Slot.IsPinned |= pin;
        }

        return stay;
    }

    /// <summary>Takes a model out of memory, once those that use it have left; new ones are refused meanwhile.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.ModelNotFound"/>.</exception>
    public async Task UnloadAsync(string name, CancellationToken cancellationToken)
    {
        var wanted = catalog.NameFor(name);
        Task gone;
        lock (_lock)
        {
            if (!_slots.TryGetValue(wanted, out var slot) || slot.State == SlotState.Failed)
            {
                catalog.RequireKnown(wanted);
                return;
            }

            (slot.IsClosing, slot.IsPinned, gone) = (true, false, slot.Gone.Task);
            if (slot.Users == 0) Dismiss(slot);
        }

        await gone.WaitAsync(cancellationToken);
    }

    /// <summary>How far a model is on its way into memory; null when it is only on disk.</summary>
    public ModelPresence? Find(string name)
    {
        lock (_lock)
            return _slots.TryGetValue(name, out var slot)
                ? new ModelPresence(slot.State, slot.Model, slot.Progress, slot.Memory.Total, slot.Problem)
                : null;
    }

    /// <summary>Whether a model was in memory at any time.</summary>
    public bool WasLoaded(string name)
    {
        lock (_lock) return _loadedOnce.Contains(name);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task[] gone;
        lock (_lock)
        {
            _closed = true;
            foreach (var slot in _slots.Values) Dismiss(slot);
            gone = [.. _slots.Values.Where(slot => slot.State == SlotState.Leaving).Select(slot => slot.Gone.Task)];
        }

        await Task.WhenAll(gone);
    }

    /// <summary>A user has left.</summary>
    internal void Leave(ModelSlot slot)
    {
        lock (_lock)
        {
            slot.Users--;
            slot.UsedAt = time.GetTimestamp();
            if (slot.Users > 0) return;
            if (slot.IsClosing || (slot.State == SlotState.Loading && !slot.IsWanted)) Dismiss(slot);
            else WatchIdle(slot);
        }
    }

    private async Task<ModelStay> EnterAsync(string name, CancellationToken cancellationToken)
    {
        for (ModelWish? wish = null; ;)
        {
            Task? leaving;
            lock (_lock)
            {
                if (_closed) throw EngineRefusals.Stopped();
                if (Enter(name, wish) is { } slot) return new ModelStay(this, slot);
                leaving = _slots.GetValueOrDefault(name) is { State: SlotState.Leaving } known ? known.Gone.Task : null;
            }

            if (leaving is not null) await leaving.WaitAsync(cancellationToken);
            else (wish, NativeRelease) = (Look(name), loader.Initialize());
        }
    }

    /// <summary>Looks for the files of a model on disk, which takes its time.</summary>
    private ModelWish Look(string name)
    {
        var file = catalog.Find(name);
        var settings = ModelSettings.Of(options.Value, file.Name);
        if (settings.Speculation != SpeculationMode.Draft) return new ModelWish(file, null, settings);
        try
        {
            return new ModelWish(file, catalog.Find(settings.DraftModel), settings);
        }
        catch (MillraceException error)
        {
            throw ModelRefusals.NoDraft(file.Name, error);
        }
    }

    /// <summary>Joins the users of a model, or begins to load it; null when it is on its way out, or its file is not known.</summary>
    private ModelSlot? Enter(string name, ModelWish? wish)
    {
        var known = _slots.GetValueOrDefault(name);
        if (known is { State: SlotState.Leaving }) return null;
        if (known is { TakesMemory: true })
        {
            if (known.IsClosing) throw ModelRefusals.Closing(name);
            known.IdleTimer?.Dispose();
            known.Users++;
            return known;
        }

        if (wish is null) return null;
        if (known is not null) RequireRetry(known, wish);
        return Begin(wish);
    }

    /// <summary>A failed load is tried again when the file has changed or some time has passed; not by a storm of requests.</summary>
    private void RequireRetry(ModelSlot failed, ModelWish wish)
    {
        var wait = options.Value.LoadRetryDelay - time.GetElapsedTime(failed.UsedAt);
        if (wait > TimeSpan.Zero && failed.File.IsSame(wish.File) && failed.Draft?.IsSame(wish.Draft) != false)
            throw ModelRefusals.FailedBefore(failed.Problem, wait);
    }

    private ModelSlot Begin(ModelWish wish)
    {
        var file = wish.File;
        var need = MemoryOf(file, wish.Settings);
        if (wish.Draft is { } draft) need += MemoryOf(draft, wish.Settings);
        foreach (var victim in Victims(file.Name, need)) Dismiss(victim);
        Task[] leaving = [.. _slots.Values.Where(slot => slot.State == SlotState.Leaving).Select(slot => slot.Gone.Task)];
        var slot = new ModelSlot(wish, need) { Users = 1 };
        _slots[file.Name] = slot;
        slot.Loading = Task.Run(() => LoadAsync(slot, leaving));
        return slot;
    }

    /// <summary>The models that must go for this one: those that were used least lately, and no more than needed.</summary>
    private List<ModelSlot> Victims(string name, MemoryEstimate need)
    {
        var (used, most, count) = (Used(), budget.Bytes, _slots.Values.Count(slot => slot.TakesMemory));
        if (need.Total > most) throw ModelRefusals.TooLarge(name, need, used, most);
        List<ModelSlot> victims = [];
        var candidates = new Queue<ModelSlot>(_slots.Values.Where(slot => slot.IsEvictable).OrderBy(slot => slot.UsedAt));
        for (var free = most - used; count >= options.Value.ModelsLoadedMax || free < need.Total; count--)
        {
            if (!candidates.TryDequeue(out var victim))
                throw free < need.Total
                    ? ModelRefusals.NoRoom(name, need, used, most)
                    : ModelRefusals.TooMany(name, options.Value.ModelsLoadedMax);
            victims.Add(victim);
            free += victim.Memory.Total;
        }

        return victims;
    }

    private static MemoryEstimate MemoryOf(ModelFile file, ModelSettings settings) =>
        MemoryEstimator.Estimate(file.Shape ?? throw new InvalidOperationException($"{file.Path} has no shape."), settings);

    private long Used() => _slots.Values.Where(slot => slot.TakesMemory).Sum(slot => slot.Memory.Total);

    private async Task<LoadedModel> LoadAsync(ModelSlot slot, Task[] leaving)
    {
        LoadedModel? model = null;
        try
        {
            await Task.WhenAll(leaving);
            model = loader.Load(slot, slot.Stop.Token);
            Complete(slot, model);
            return model;
        }
        catch (OperationCanceledException)
        {
            if (model is not null) await model.DisposeAsync();
            Forget(slot);
            throw;
        }
        catch (Exception error)
        {
            var isExpected = error is LlamaException or ArgumentException or MillraceException;
            Fail(slot, isExpected ? error.Message : $"The model '{slot.File.Name}' failed while it was loaded. The member's log says why.");
            if (isExpected) throw new MillraceException(Reason.ModelUnavailable, error.Message, error);
            throw;
        }
    }

    private void Complete(ModelSlot slot, LoadedModel model)
    {
        lock (_lock)
        {
            if (slot.State == SlotState.Leaving) throw new OperationCanceledException("Nobody waits for the model any more.");
            (slot.State, slot.Model, slot.UsedAt) = (SlotState.Loaded, model, time.GetTimestamp());
            _loadedOnce.Add(slot.File.Name);
            if (slot.Users == 0) WatchIdle(slot);
        }
    }

    private void Fail(ModelSlot slot, string problem)
    {
        // Of the default model's failure at start its starter tells.
        if (slot.File.Name != catalog.DefaultName || WasLoaded(slot.File.Name)) ModelLog.ModelFailed(logger, slot.File.Name, problem);
        lock (_lock)
        {
            if (slot.State == SlotState.Leaving) Forget(slot);
            else (slot.State, slot.Problem, slot.UsedAt) = (SlotState.Failed, problem, time.GetTimestamp());
            slot.Gone.TrySetResult();
        }
    }

    /// <summary>Stops a load, or frees a model; its place is free when it has gone.</summary>
    private void Dismiss(ModelSlot slot)
    {
        if (!slot.TakesMemory) return;
        slot.IdleTimer?.Dispose();
        var model = slot.Model;
        (slot.State, slot.Model) = (SlotState.Leaving, null);
        if (model is null) slot.Stop.Cancel();
        else _ = Task.Run(() => FreeAsync(slot, model));
    }

    private async Task FreeAsync(ModelSlot slot, LoadedModel model)
    {
        try
        {
            await model.DisposeAsync();
            ModelLog.ModelUnloaded(logger, slot.File.Name);
        }
        finally
        {
            Forget(slot);
        }
    }

    private void Forget(ModelSlot slot)
    {
        lock (_lock)
        {
            if (_slots.GetValueOrDefault(slot.File.Name) == slot) _slots.Remove(slot.File.Name);
            slot.Dispose();
            slot.Gone.TrySetResult();
        }
    }

    private void WatchIdle(ModelSlot slot)
    {
        slot.IdleTimer?.Dispose();
        var keepAlive = slot.Settings.KeepAlive;
        if (slot.State != SlotState.Loaded || slot.IsPinned || keepAlive == TimeSpan.Zero) return;
        slot.IdleTimer = time.CreateTimer(_ => OnIdle(slot), null, keepAlive, Timeout.InfiniteTimeSpan);
    }

    private void OnIdle(ModelSlot slot)
    {
        lock (_lock)
        {
            if (!slot.IsEvictable) return;
            var left = slot.Settings.KeepAlive - time.GetElapsedTime(slot.UsedAt);

            // Timers run by a coarser clock than the one that measures, and may be early by it.
            if (left > TimeSpan.Zero) slot.IdleTimer?.Change(left + TimerStep, Timeout.InfiniteTimeSpan);
            else Dismiss(slot);
        }
    }
}

/// <summary>A user of a model, or one who waits for it: neither the model nor its load ends meanwhile.</summary>
internal sealed class ModelStay(ModelHost host, ModelSlot slot) : IDisposable
{
    private ModelHost? _host = host;

    /// <summary>The model's place.</summary>
    public ModelSlot Slot { get; } = slot;

    /// <summary>The model, once it is loaded.</summary>
    /// <exception cref="MillraceException">It cannot be loaded, or the member stops.</exception>
    public async Task<LoadedModel> ModelAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Slot.Loading.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // While somebody waits for it, a load is stopped by the member's own end only.
            throw EngineRefusals.Stopped();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _host, null)?.Leave(Slot);
}
