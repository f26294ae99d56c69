using Millrace.Inference.Engine;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Models.Adapters;

/// <summary>An adapter in memory.</summary>
/// <param name="Id">Its id, which no other adapter of this process ever has.</param>
/// <param name="Name">Its name.</param>
/// <param name="Scale">Its strength.</param>
/// <param name="SizeBytes">Size of its file.</param>
internal sealed record AdapterInfo(int Id, string Name, float Scale, long SizeBytes);

/// <summary>
/// The LoRA adapters of a loaded model. An id belongs to one load of one file for the life of the process, so that state computed under one
/// adapter is never taken for another's. An adapter that is removed or replaced stays until the last request that was given it has ended.
/// Thread-safe.
/// </summary>
internal sealed class AdapterRegistry(string model, int adaptersMax) : IAdapterSource, IDisposable
{
    private static int _lastId;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Entry> _byId = [];
    private readonly SortedDictionary<string, Entry> _byName = new(StringComparer.Ordinal);

    /// <summary>Told of each id that is gone, so that what was computed with it can be forgotten.</summary>
    public Action<int>? Freed { get; set; }

    /// <summary>The adapters that requests can name.</summary>
    public IReadOnlyList<AdapterInfo> List()
    {
        lock (_lock) return [.. _byName.Values.Select(entry => entry.Info)];
    }

    /// <inheritdoc/>
    public (LlamaAdapter Adapter, float Scale) Get(int id)
    {
        lock (_lock)
            return _byId.TryGetValue(id, out var entry)
                ? (entry.Adapter, entry.Info.Scale)
                : throw new InvalidOperationException($"No request holds an adapter with the id {id}.");
    }

    /// <summary>Takes over an adapter under a name; one that has the name already takes no new requests.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.InvalidArgument"/>: there are as many as there may be.</exception>
    public AdapterInfo Add(string name, float scale, LlamaAdapter adapter)
    {
        var info = new AdapterInfo(Interlocked.Increment(ref _lastId), name, scale, new FileInfo(adapter.Path).Length);
        Entry? gone = null;
        lock (_lock)
        {
            RequireRoom(name);
            if (_byName.Remove(name, out var replaced)) gone = Retire(replaced);
            _byName[name] = _byId[info.Id] = new Entry(info, adapter);
        }

        Free(gone);
        return info;
    }

    /// <summary>Refuses one more adapter when there are as many as there may be.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.InvalidArgument"/>.</exception>
    public void RequireRoom(string name)
    {
        lock (_lock)
            if (!_byName.ContainsKey(name) && _byName.Count >= adaptersMax)
                throw MillraceException.InvalidArgument(
                    "name",
                    $"The model '{model}' has {_byName.Count} adapters, which is the most. Unload one, or raise Inference:AdaptersMax.");
    }

    /// <summary>Takes an adapter away from new requests; whether there was one.</summary>
    public bool Remove(string name)
    {
        Entry? gone;
        lock (_lock)
        {
            if (!_byName.Remove(name, out var entry)) return false;
            gone = Retire(entry);
        }

        Free(gone);
        return true;
    }

    /// <summary>Keeps an adapter for a request; <see cref="Release"/> gives it back.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.ModelNotFound"/>: there is none of this name.</exception>
    public int Lease(string name)
    {
        lock (_lock)
        {
            if (!_byName.TryGetValue(name, out var entry)) throw AdapterRefusals.Unknown(model, name, _byName.Keys);
            entry.Leases++;
            return entry.Info.Id;
        }
    }

    /// <summary>A request that was given an adapter has ended.</summary>
    public void Release(int id)
    {
        Entry? gone = null;
        lock (_lock)
        {
            var entry = _byId[id];
            entry.Leases--;
            if (entry.IsRetired) gone = Retire(entry);
        }

        Free(gone);
    }

    /// <summary>Frees all of them; the engine that used them has ended.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var entry in _byId.Values) entry.Adapter.Dispose();
            _byName.Clear();
        }
    }

    /// <summary>Takes an entry out of the books, now or with its last lease; the entry when it is to be freed.</summary>
    private Entry? Retire(Entry entry)
    {
        entry.IsRetired = true;
        return entry.Leases == 0 && _byId.Remove(entry.Info.Id) ? entry : null;
    }

    /// <summary>Outside the lock: an adapter's end waits for the step that runs, and others want their leases meanwhile.</summary>
    private void Free(Entry? entry)
    {
        if (entry is null) return;
        entry.Adapter.Dispose();
        Freed?.Invoke(entry.Info.Id);
    }

    private sealed class Entry(AdapterInfo info, LlamaAdapter adapter)
    {
        public AdapterInfo Info { get; } = info;

        public LlamaAdapter Adapter { get; } = adapter;

        public int Leases { get; set; }

        public bool IsRetired { get; set; }
    }
}
