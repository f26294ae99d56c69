namespace Millrace.Retrieval.Ingestion;

/// <summary>Generations that could not be worked on, and when they are tried again. One worker owns it.</summary>
internal sealed class Backoff(TimeProvider time)
{
    private readonly Dictionary<long, (int Attempts, DateTimeOffset Until)> _failed = [];

    /// <summary>Those whose time has not come.</summary>
    public IReadOnlyCollection<long> Waiting()
    {
        var now = time.GetUtcNow();
        return [.. _failed.Where(entry => entry.Value.Until > now).Select(entry => entry.Key)];
    }

    /// <summary>How long until the next one is due; null when none waits.</summary>
    public TimeSpan? UntilNext()
    {
        var now = time.GetUtcNow();
        var waiting = _failed.Values.Where(entry => entry.Until > now).ToList();
        return waiting.Count == 0 ? null : waiting.Min(entry => entry.Until) - now;
    }

    /// <summary>One could not be worked on.</summary>
    /// <param name="generation">Which.</param>
    /// <param name="delay">How long to wait after so many attempts.</param>
    /// <returns>How long it waits.</returns>
    public TimeSpan Failed(long generation, Func<int, TimeSpan> delay)
    {
        var attempts = _failed.GetValueOrDefault(generation).Attempts;
        var wait = delay(attempts);
        _failed[generation] = (attempts + 1, time.GetUtcNow() + wait);
        return wait;
    }

    /// <summary>One was worked on, or is gone.</summary>
    public void Succeeded(long generation) => _failed.Remove(generation);
}
