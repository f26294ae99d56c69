using Microsoft.Extensions.Options;
using Millrace.ApiKeys;

namespace Millrace.Edge.Keys;

/// <summary>
/// The keys as they are now. They are loaded at start and again when their store has changed. Once keys were asked for they are until
/// the end: a file that is removed or damaged while the edge runs opens nothing.
/// </summary>
internal sealed class KeyRing(IKeyStore store, IOptions<KeyOptions> options, ILogger<KeyRing> logger)
{
    private volatile KeySet _keys = new([]);
    private volatile bool _required = options.Value.Mode == KeyMode.Required;
    private string? _stamp;
    private string? _failedStamp;

    /// <summary>Whether a request needs a key.</summary>
    public bool Required => _required;

    /// <summary>The keys.</summary>
    public KeySet Keys => _keys;

    /// <summary>Loads the keys for the first time.</summary>
    /// <exception cref="KeyStoreException">They cannot be read.</exception>
    public void Open()
    {
        if (options.Value.Mode == KeyMode.Off) return;
        _stamp = store.Stamp();
        Take(store.Load(), _stamp);
    }

    /// <summary>
    /// Loads the keys again when they have changed. Called by one at a time. Two changes within a tick of the file system's clock look
    /// alike, so that the caller asks with <paramref name="force"/> once more after a change.
    /// </summary>
    /// <returns>Whether they were loaded.</returns>
    public bool Refresh(bool force)
    {
        if (options.Value.Mode == KeyMode.Off) return false;
        try
        {
            var stamp = store.Stamp();
            if (stamp == _stamp && !force) return false;
            Take(store.Load(), stamp);
            _stamp = stamp;
            return true;
        }
        catch (KeyStoreException error)
        {
            ReportOnce(error);
            return false;
        }
    }

    private void Take(IReadOnlyList<ApiKey> keys, string? stamp)
    {
        _failedStamp = null;
        _keys = new KeySet(keys);
        if (stamp is not null) _required = true;
        EdgeLog.KeysLoaded(logger, keys.Count, _required);
    }

    private void ReportOnce(KeyStoreException error)
    {
        var stamp = store.Stamp() ?? "none";
        if (stamp == _failedStamp) return;
        _failedStamp = stamp;
        EdgeLog.KeysNotLoaded(logger, error.Message);
    }
}
