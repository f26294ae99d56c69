namespace Millrace.Inference.Scheduling;

/// <summary>Finds out who should give way to whom when every slot is taken.</summary>
internal static class FairShare
{
    /// <summary>
    /// Running sequences that a key must have more than the key of one who waits. With less they would take turns for ever.
    /// </summary>
    private const int LeadMin = 2;

    /// <summary>
    /// One who waits and one who gives way: the newest batch sequence to an interactive one; else the newest of the key that runs most to
    /// one of a key that runs least, and never an interactive sequence to a batch one.
    /// </summary>
    /// <param name="running">Those that run, oldest first.</param>
    /// <param name="waiting">Those that wait.</param>
    /// <returns>Null when all have their share.</returns>
    public static (Sequence Next, Sequence Victim)? Find(IReadOnlyList<Sequence> running, IEnumerable<Sequence> waiting)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var sequence in running) counts[sequence.FairnessKey] = counts.GetValueOrDefault(sequence.FairnessKey) + 1;
        foreach (var next in waiting)
            if (VictimFor(next, running, counts) is { } victim)
                return (next, victim);
        return null;
    }

    private static Sequence? VictimFor(Sequence next, IReadOnlyList<Sequence> running, Dictionary<string, int> counts)
    {
        var limit = counts.GetValueOrDefault(next.FairnessKey) + LeadMin;
        Sequence? victim = null;
        for (var i = running.Count - 1; i >= 0; i--)
        {
            var candidate = running[i];
            if (candidate.Class > next.Class) return candidate;
            if (candidate.Class < next.Class || counts[candidate.FairnessKey] < limit) continue;
            if (victim is null || counts[candidate.FairnessKey] > counts[victim.FairnessKey]) victim = candidate;
        }

        return victim;
    }
}
