using Microsoft.Extensions.Options;
using Millrace.Inference.Configuration;
using Millrace.Inference.Engine;
using Millrace.Inference.Models;
using Millrace.Inference.Models.Adapters;
using Millrace.Inference.Models.Memory;
using Millrace.Inference.Runtime;

namespace Millrace.Inference.Status;

/// <summary>Whether a model is in memory.</summary>
internal enum ModelState
{
    /// <summary>On disk; loaded by its first request.</summary>
    Available,

    /// <summary>Being loaded.</summary>
    Loading,

    /// <summary>In memory and serving.</summary>
    Loaded,

    /// <summary>Could not be loaded.</summary>
    Failed,
}

/// <summary>A model of this member, or an adapter of one.</summary>
internal sealed record ModelStatus
{
    /// <summary>The model's file; of an adapter, its model's.</summary>
    public required ModelFile File { get; init; }

    /// <summary>Name, as requests give it.</summary>
    public required string Name { get; init; }

    /// <summary>Size of the file in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Whether it is in memory.</summary>
    public required ModelState State { get; init; }

    /// <summary>Why it is not available.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The model, when it is in memory.</summary>
    public LoadedModel? Loaded { get; init; }

    /// <summary>Whether it serves requests that name no model.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Of an adapter, the name of its model; else empty.</summary>
    public string Base { get; init; } = "";

    /// <summary>Bytes of memory that it takes or would take, as estimated.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>How much of it is loaded, 0 to 1.</summary>
    public float Progress { get; init; }
}

/// <summary>Load and capacity of this member.</summary>
internal sealed record MemberStatus
{
    /// <summary>One per loaded model.</summary>
    public required IReadOnlyList<(string Model, EngineSnapshot Snapshot)> Engines { get; init; }

    /// <summary>Whether it takes nothing new.</summary>
    public required bool Draining { get; init; }

    /// <summary>Release of llama.cpp.</summary>
    public required string NativeRelease { get; init; }

    /// <summary>Bytes that the models take, as estimated.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Bytes that they may take together.</summary>
    public required long MemoryBytesMax { get; init; }
}

/// <summary>Tells what the member has and how busy it is.</summary>
internal sealed class StatusReporter(
    ModelCatalog catalog, ModelHost models, AdapterBook book, DrainGate gate, IOptions<InferenceOptions> options)
{
    /// <summary>The models that can be asked for, by name, each followed by its adapters.</summary>
    public IReadOnlyList<ModelStatus> Models() => [.. catalog.Servable().Select(Describe).SelectMany(WithAdapters)];

    /// <summary>The model, or adapter, of this name.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">There is none, or no more.</exception>
    public ModelStatus Model(string name) => Models().FirstOrDefault(model => model.Name == name) ?? throw catalog.Unknown(name);

    /// <summary>Load and capacity now.</summary>
    public MemberStatus Status() => new()
    {
        Engines = [.. models.Loaded.Select(model => (model.Name, model.Engine.Snapshot))],
        Draining = gate.IsClosed,
        NativeRelease = models.NativeRelease,
        MemoryBytes = models.MemoryBytes,
        MemoryBytesMax = models.MemoryBytesMax,
    };

    private ModelStatus Describe(ModelFile file)
    {
        var status = new ModelStatus
        {
            File = file,
            Name = file.Name,
            SizeBytes = file.SizeBytes,
            State = ModelState.Available,
            IsDefault = file.Name == catalog.DefaultName,
        };
        if (models.Find(file.Name) is { } presence) status = OfPresence(status, presence);
        else if (file.Problem is { } problem) status = status with { State = ModelState.Failed, Detail = problem };
        return status.MemoryBytes > 0 || file.Shape is null ? status : status with { MemoryBytes = EstimateOf(file, file.Shape) };
    }

    private long EstimateOf(ModelFile file, ModelShape shape) =>
        MemoryEstimator.Estimate(shape, ModelSettings.Of(options.Value, file.Name)).Total;

    private static ModelStatus OfPresence(ModelStatus status, ModelPresence presence)
    {
        status = status with { MemoryBytes = presence.MemoryBytes };
        return presence switch
        {
            { Model.Engine.IsBroken: true } => status with { State = ModelState.Failed, Detail = EngineRefusals.Broken().Message },
            { Model: { } model } => status with { State = ModelState.Loaded, Loaded = model },
            { State: SlotState.Loading } => status with { State = ModelState.Loading, Progress = presence.Progress },
            { State: SlotState.Failed } => status with { State = ModelState.Failed, Detail = presence.Problem },
            _ => status,
        };
    }

    private IEnumerable<ModelStatus> WithAdapters(ModelStatus status) => [status, .. AdaptersOf(status)];

    private IEnumerable<ModelStatus> AdaptersOf(ModelStatus status) => status.Loaded is { } loaded
        ? loaded.Adapters.List().Select(adapter => OfAdapter(status, adapter.Name) with { SizeBytes = adapter.SizeBytes })
        : book.Of(status.Name).Select(entry => OfAdapter(status, entry.Name));

    private static ModelStatus OfAdapter(ModelStatus status, string name) => status with
    {
        Name = ModelName.Of(status.Name, name),
        Base = status.Name,
        SizeBytes = 0,
        MemoryBytes = 0,
        Progress = 0,
        IsDefault = false,
    };
}
