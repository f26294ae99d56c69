namespace Millrace.Inference.Scheduling;

/// <summary>
/// A step computes with one adapter. Those that have work take turns, so that a group of requests is never held up by more than one step of
/// each of the others.
/// </summary>
internal sealed class AdapterTurns
{
    private readonly Dictionary<int, long> _servedAt = [];
    private long _steps;

    /// <summary>Whose turn it is.</summary>
    /// <param name="wanting">The adapters that have work, the oldest request's first; repetitions do not matter.</param>
    public int Next(IEnumerable<int> wanting)
    {
        var (next, oldest) = (0, long.MaxValue);
        foreach (var adapter in wanting)
        {
            var servedAt = _servedAt.GetValueOrDefault(adapter, -1);
            if (servedAt < oldest) (next, oldest) = (adapter, servedAt);
        }

        // Adapter ids are never used again, so those that are gone must not pile up.
        if (_servedAt.Count > 256) _servedAt.Clear();
        _servedAt[next] = ++_steps;
        return next;
    }
}
