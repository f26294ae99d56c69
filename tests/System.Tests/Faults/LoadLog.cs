using System.Diagnostics;

namespace Millrace.SystemTests.Faults;

/// <summary>All attempts of a load.</summary>
internal sealed class LoadLog
{
    private readonly Lock _lock = new();
    private readonly List<Attempt> _attempts = [];
    private readonly long _began = Stopwatch.GetTimestamp();

    /// <summary>Time since the load began.</summary>
    public TimeSpan Now => Stopwatch.GetElapsedTime(_began);

    /// <summary>The attempts so far.</summary>
    public IReadOnlyList<Attempt> Attempts
    {
        get
        {
            lock (_lock) return [.. _attempts];
        }
    }

    /// <summary>What must never have been.</summary>
    public IEnumerable<string> Violations => Attempts.Where(attempt => attempt.Violation is not null)
        .Select(attempt => $"{attempt.Kind} at {attempt.Started.TotalSeconds:F1} s: {attempt.Violation}");

    /// <summary>Takes down an attempt.</summary>
    public void Add(Attempt attempt)
    {
        lock (_lock) _attempts.Add(attempt);
    }

    /// <summary>
    /// When each kind of request began to succeed for good: the end of the last that failed among those sent since a moment. Null while one
    /// of the kinds has not succeeded often enough since then.
    /// </summary>
    /// <param name="kinds">The kinds.</param>
    /// <param name="since">The moment.</param>
    /// <param name="successesMin">How many in a row it takes.</param>
    public TimeSpan? WellSince(IReadOnlyCollection<string> kinds, TimeSpan since, int successesMin)
    {
        var later = Attempts.Where(attempt => attempt.Started >= since).ToLookup(attempt => attempt.Kind);
        var well = since;
        foreach (var kind in kinds)
        {
            var ordered = later[kind].OrderBy(attempt => attempt.Started).ToList();
            if (ordered.Count < successesMin || ordered[^successesMin..].Any(attempt => !attempt.Succeeded)) return null;
            var lastFailure = ordered.FindLast(attempt => !attempt.Succeeded)?.Ended ?? since;
            if (lastFailure > well) well = lastFailure;
        }

        return well;
    }

    /// <summary>A line for each kind: how many succeeded, how many failed for which reason, and the longest of them.</summary>
    public IEnumerable<string> Summary() => Attempts.GroupBy(attempt => attempt.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal)
        .Select(kind => $"{kind.Key}: {kind.Count()} sent, {kind.Count(attempt => attempt.Succeeded)} ok, "
            + $"longest {kind.Max(attempt => attempt.Ended - attempt.Started).TotalSeconds:F1} s"
            + string.Concat(kind.Where(attempt => attempt.Code is not null).CountBy(attempt => attempt.Code!)
                .Select(code => $", {code.Value} {code.Key}")));
}
