using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Millrace.Inference.Configuration;
using Millrace.Inference.Engine;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Models;

/// <summary>Owns the models in memory. A model is loaded once, by its first request, while others that want it wait.</summary>
internal sealed class ModelHost(ModelCatalog catalog, ModelLoader loader, IOptions<InferenceOptions> options, ILogger<ModelHost> logger)
    : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Task<LoadedModel>> _models = new(StringComparer.Ordinal);
    private readonly Lock _loading = new();
    private readonly CancellationTokenSource _stop = new();

    /// <summary>The models in memory.</summary>
    public IEnumerable<LoadedModel> Loaded => _models.Values.Where(task => task.IsCompletedSuccessfully).Select(task => task.Result);

    /// <summary>Release of llama.cpp in use; empty before the first model.</summary>
    public string NativeRelease => Loaded.FirstOrDefault()?.NativeRelease ?? "";

    /// <summary>The model of this name, loaded if need be; the default model for an empty name.</summary>
    /// <exception cref="MillraceException">There is no such model, or it cannot be loaded.</exception>
    public async Task<LoadedModel> GetAsync(string name, CancellationToken cancellationToken)
    {
        var model = InMemory(name.Length > 0 ? name : catalog.DefaultName)
            ?? await LoadOnce(catalog.Find(name)).WaitAsync(cancellationToken);
        return model.Engine.IsBroken ? throw EngineRefusals.Broken() : model;
    }

    /// <summary>How far a model is on its way into memory; null when it is only on disk.</summary>
    public Task<LoadedModel>? Find(string name) => _models.GetValueOrDefault(name);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var task in _models.Values)
        {
            await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (task.IsCompletedSuccessfully) await task.Result.DisposeAsync();
        }

        _models.Clear();
        _stop.Dispose();
    }

    private LoadedModel? InMemory(string? name) =>
        name is not null && _models.TryGetValue(name, out var task) && task.IsCompletedSuccessfully ? task.Result : null;

    private Task<LoadedModel> LoadOnce(ModelFile file)
    {
        lock (_loading)
        {
            // A failed load is tried again: the file may have been replaced since.
            if (_models.TryGetValue(file.Name, out var known) && !known.IsFaulted && !known.IsCanceled) return known;
            var others = _models.Count(entry => entry.Key != file.Name && !entry.Value.IsFaulted);
            if (others >= options.Value.ModelsLoadedMax) throw TooMany(file.Name);
            return _models[file.Name] = Task.Run(() => Load(file), _stop.Token);
        }
    }

    private LoadedModel Load(ModelFile file)
    {
        try
        {
            return loader.Load(file, _stop.Token);
        }
        catch (Exception error) when (error is LlamaException or ArgumentException)
        {
            // Of the default model's failure its starter tells.
            if (file.Name != catalog.DefaultName) ModelLog.ModelFailed(logger, file.Name, error.Message);
            throw new MillraceException(Reason.ModelUnavailable, error.Message, error);
        }
    }

    private MillraceException TooMany(string name) => new(
        Reason.ModelUnavailable,
        $"The model '{name}' is not in memory, and {options.Value.ModelsLoadedMax} others are, which is the most. "
        + "Use one of them, or raise Inference:ModelsLoadedMax.")
    {
        Param = "model",
    };
}
