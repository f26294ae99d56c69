namespace Millrace.Sessions.Runs;

/// <summary>
/// Wakes those who follow a run in this process when something happened to it. A run that nobody follows takes no memory.
/// </summary>
public sealed class RunSignals
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RunKey, Entry> _followed = [];

    /// <summary>Follows a run until the result is disposed of.</summary>
    public RunFollower Follow(RunKey key)
    {
        lock (_gate)
        {
            if (!_followed.TryGetValue(key, out var entry)) _followed[key] = entry = new Entry();
            entry.Count++;
            return new RunFollower(this, key);
        }
    }

    /// <summary>Something happened to a run.</summary>
    public void Raise(RunKey key)
    {
        TaskCompletionSource happened;
        lock (_gate)
        {
            if (!_followed.TryGetValue(key, out var entry)) return;
            happened = entry.Happened;
            entry.Happened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        happened.TrySetResult();
    }

    /// <summary>How many follow a run.</summary>
    public int Count(RunKey key)
    {
        lock (_gate) return _followed.TryGetValue(key, out var entry) ? entry.Count : 0;
    }

    internal Task Next(RunKey key)
    {
        lock (_gate) return _followed[key].Happened.Task;
    }

    internal void Leave(RunKey key)
    {
        lock (_gate)
            if (--_followed[key].Count == 0) _followed.Remove(key);
    }

    private sealed class Entry
    {
        public int Count { get; set; }

        public TaskCompletionSource Happened { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>One who follows a run.</summary>
public sealed class RunFollower(RunSignals signals, RunKey key) : IDisposable
{
    /// <summary>Completes when something happens after this call. Asked for before the run is looked at, nothing is missed.</summary>
    public Task Next() => signals.Next(key);

    /// <inheritdoc/>
    public void Dispose() => signals.Leave(key);
}
