using Microsoft.Extensions.Options;
using Millrace.Inference.Configuration;

namespace Millrace.Inference.Models.Adapters;

/// <summary>
/// Which adapters belong to which model: those of the settings, and those that were added since. It outlives the models, so that an adapter
/// is there again when its model was put out of memory for another and comes back. Thread-safe.
/// </summary>
internal sealed class AdapterBook(IOptions<InferenceOptions> options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SortedDictionary<string, AdapterSettings>> _models = new(StringComparer.Ordinal);

    /// <summary>The adapters of a model, by name.</summary>
    public IReadOnlyList<(string Name, AdapterSettings Settings)> Of(string model)
    {
        lock (_lock) return [.. Page(model).Select(entry => (entry.Key, entry.Value))];
    }

    /// <summary>Adds an adapter, or replaces the one of its name.</summary>
    public void Add(string model, string name, AdapterSettings settings)
    {
        lock (_lock) Page(model)[name] = settings;
    }

    /// <summary>Removes an adapter; whether there was one.</summary>
    public bool Remove(string model, string name)
    {
        lock (_lock) return Page(model).Remove(name);
    }

    private SortedDictionary<string, AdapterSettings> Page(string model)
    {
        if (_models.TryGetValue(model, out var page)) return page;
        page = new SortedDictionary<string, AdapterSettings>(StringComparer.Ordinal);
        foreach (var (name, settings) in ModelSettings.Of(options.Value, model).Adapters) page[name] = settings;
        return _models[model] = page;
    }
}
