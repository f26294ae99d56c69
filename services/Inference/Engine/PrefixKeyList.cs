using Millrace.Inference.KvCache;

namespace Millrace.Inference.Engine;

/// <summary>The names of the beginnings in a cache, gathered anew now and then: whoever reads them does so a few times a second.</summary>
internal sealed class PrefixKeyList(TimeProvider time)
{
    private const int KeysMax = 2048;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private long _gatheredAt;
    private long _version = -1;

    /// <summary>The names, those of the most recently used entries first.</summary>
    public IReadOnlyList<ulong> Keys { get; private set; } = [];

    /// <summary>Gathers the names unless nothing has changed, or that was done a moment ago.</summary>
    public void Refresh(PrefixCache cache, long now, bool atOnce)
    {
        if (cache.Version == _version || (!atOnce && time.GetElapsedTime(_gatheredAt, now) < Interval)) return;
        (_version, _gatheredAt) = (cache.Version, now);
        var keys = cache.Entries
            .Where(entry => entry.Computed >= entry.Sequence.PromptCount)
            .OrderByDescending(entry => entry.LastUsed)
            .SelectMany(entry => entry.Sequence.PrefixKeys);
        Keys = [.. keys.Distinct().Take(KeysMax)];
    }
}
