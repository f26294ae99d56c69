using System.Runtime.CompilerServices;
using Millrace.Inference.Configuration;
using Millrace.Inference.Models.Adapters;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Models;

/// <summary>An adapter to be loaded.</summary>
/// <param name="Model">Name of the model; empty for the default model.</param>
/// <param name="Name">Name of the adapter.</param>
/// <param name="File">Name of its file.</param>
/// <param name="Scale">Its strength.</param>
internal sealed record LoadAdapterCommand(string Model, string Name, string File, float Scale);

/// <summary>What an operator does with models: load and unload them, and their adapters.</summary>
internal sealed class ModelAdministration(
    ModelHost models, ModelCatalog catalog, AdapterBook book, TimeProvider time, ILogger<ModelAdministration> logger)
{
    /// <summary>Time between two reports of a load's progress.</summary>
    internal static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Loads a model, and says its name at the beginning, every now and then, and when it is there. The load goes on when nobody listens.
    /// </summary>
    /// <exception cref="MillraceException">There is no such model, or it cannot be loaded.</exception>
    public async IAsyncEnumerable<string> LoadAsync(string model, bool pin, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stay = await models.WantAsync(model, pin, cancellationToken);
        var loading = stay.Slot.Loading;
        while (!loading.IsCompleted)
        {
            yield return stay.Slot.File.Name;
            await Task.WhenAny(loading, Task.Delay(ProgressInterval, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        yield return (await stay.ModelAsync(cancellationToken)).Name;
    }

    /// <summary>Takes a model out of memory, once those that use it have left.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.ModelNotFound"/>.</exception>
    public Task UnloadAsync(string model, CancellationToken cancellationToken) => models.UnloadAsync(model, cancellationToken);

    /// <summary>Loads an adapter, and its model if need be; the full name of the adapter.</summary>
    /// <exception cref="MillraceException">There is no such model, or the file is no adapter of it.</exception>
    public async Task<string> LoadAdapterAsync(LoadAdapterCommand command, CancellationToken cancellationToken)
    {
        if (AdapterFiles.NameProblem(command.Name) is { } name) throw MillraceException.InvalidArgument("name", name);
        if (AdapterFiles.ScaleProblem(command.Scale) is { } scale) throw MillraceException.InvalidArgument("scale", scale);
        var path = AdapterFiles.Resolve(catalog.Folder, command.File);
        using var lease = await models.LeaseAsync(RequireModel(command.Model), cancellationToken);
        lease.Model.Adapters.RequireRoom(command.Name);
        var info = await Task.Run(() => Load(lease.Model, command, path), cancellationToken);
        ModelLog.AdapterLoaded(logger, lease.Model.Name, info.Name, info.Id);
        return ModelName.Of(lease.Model.Name, info.Name);
    }

    /// <summary>Takes an adapter away from new requests; those that use it finish with it.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.ModelNotFound"/>: there is no such model or adapter.</exception>
    public void UnloadAdapter(string model, string name)
    {
        var wanted = catalog.NameFor(RequireModel(model));
        catalog.RequireKnown(wanted);
        var known = book.Of(wanted).Select(entry => entry.Name);
        var wasInMemory = models.Find(wanted)?.Model?.Adapters.Remove(name) ?? false;
        if (!book.Remove(wanted, name) && !wasInMemory) throw AdapterRefusals.Unknown(wanted, name, known);
        ModelLog.AdapterUnloaded(logger, wanted, name);
    }

    private AdapterInfo Load(LoadedModel model, LoadAdapterCommand command, string path)
    {
        LlamaAdapter? adapter = null;
        try
        {
            adapter = model.ReadAdapter(path);
            var info = model.Adapters.Add(command.Name, command.Scale, adapter);
            book.Add(model.Name, command.Name, new AdapterSettings(command.File, command.Scale));
            return info;
        }
        catch (LlamaException error)
        {
            throw AdapterRefusals.Unfit(error);
        }
        catch
        {
            adapter?.Dispose();
            throw;
        }
    }

    private static string RequireModel(string name) => ModelName.Parse(name).Adapter.Length == 0
        ? name
        : throw MillraceException.InvalidArgument("model", $"'{name}' names an adapter: put the model's name into `model` alone.");
}
