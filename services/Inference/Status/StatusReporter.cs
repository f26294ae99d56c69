using Millrace.Inference.Engine;
using Millrace.Inference.Models;
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

/// <summary>A model of this member.</summary>
internal sealed record ModelStatus
{
    /// <summary>The file.</summary>
    public required ModelFile File { get; init; }

    /// <summary>Whether it is in memory.</summary>
    public required ModelState State { get; init; }

    /// <summary>Why it is not available.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The model, when it is in memory.</summary>
    public LoadedModel? Loaded { get; init; }

    /// <summary>Whether it serves requests that name no model.</summary>
    public bool IsDefault { get; init; }
}

/// <summary>Load and capacity of this member.</summary>
/// <param name="Engines">One per loaded model.</param>
/// <param name="Draining">Whether it takes nothing new.</param>
/// <param name="NativeRelease">Release of llama.cpp.</param>
internal sealed record MemberStatus(IReadOnlyList<(string Model, EngineSnapshot Snapshot)> Engines, bool Draining, string NativeRelease);

/// <summary>Tells what the member has and how busy it is.</summary>
internal sealed class StatusReporter(ModelCatalog catalog, ModelHost models, DrainGate gate)
{
    /// <summary>The models that can be asked for, by name.</summary>
    public IReadOnlyList<ModelStatus> Models() => [.. catalog.Servable().Select(Describe)];

    /// <summary>Load and capacity now.</summary>
    public MemberStatus Status() => new(
        [.. models.Loaded.Select(model => (model.Name, model.Engine.Snapshot))],
        gate.IsClosed,
        models.NativeRelease);

    private ModelStatus Describe(ModelFile file)
    {
        var status = new ModelStatus { File = file, State = ModelState.Available, IsDefault = file.Name == catalog.DefaultName };
        if (file.Problem is { } problem) return status with { State = ModelState.Failed, Detail = problem };
        return models.Find(file.Name) switch
        {
            null => status,
            { IsCompletedSuccessfully: true } task => OfLoaded(status, task.Result),
            { IsFaulted: true } task => status with { State = ModelState.Failed, Detail = task.Exception?.InnerException?.Message ?? "" },
            _ => status with { State = ModelState.Loading },
        };
    }

    private static ModelStatus OfLoaded(ModelStatus status, LoadedModel model) => model.Engine.IsBroken
        ? status with { State = ModelState.Failed, Detail = EngineRefusals.Broken().Message }
        : status with { State = ModelState.Loaded, Loaded = model };
}
