namespace Millrace.Retrieval.Ingestion;

/// <summary>Generations that could not be worked on, and when they are tried again. One worker owns it.</summary>
internal sealed class Backoff(TimeProvider time)
{
    private readonly Dictionary<long, (int Attempts, DateTimeOffset Until)> _failed = [];
    private DateTimeOffset _lookedAt;

    /// <summary>Those whose time has not come.</summary>
    public IReadOnlyCollection<long> Waiting()
    {
        _lookedAt = time.GetUtcNow();
        return [.. _failed.Where(entry => entry.Value.Until > _lookedAt).Select(entry => entry.Key)];
    }

    /// <summary>
    /// How long until the first of those is due that were waiting at the last look, or have failed since; null when none did. One that
    /// became due after that look was passed over by it, and is due at once.
    /// </summary>
    public TimeSpan? UntilNext()
    {
        var waiting = _failed.Values.Where(entry => entry.Until > _lookedAt).ToList();
        if (waiting.Count == 0) return null;
        var left = waiting.Min(entry => entry.Until) - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
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
