using Millrace.VectorIndex.Graph;
using Millrace.VectorIndex.Storage;

namespace Millrace.VectorIndex.Filtering;

/// <summary>
/// Chooses between a walk over the graph and a comparison with all that passes, by what each costs in comparisons. A walk that needs more
/// than it was chosen for is given up for the other, so a search costs at most about twice the cheaper one, whatever the filter.
/// </summary>
internal static class Planner
{
    // Measured: a walk compares about so many nodes for each that it walks from.
    private const double ComparedPerStep = 16;

    // Measured: a comparison in a row costs less than one in a walk, and asking a filter about an id less still.
    private const double ScanCost = 0.6;
    private const double AskCost = 0.1;

    // When fewer than one in so many pass, looking up those that do is cheaper than asking about each.
    private const int LookUpShare = 4;
    private const int SampleMax = 512;

    /// <summary>Whether comparing with all that passes is cheaper than a walk.</summary>
    /// <param name="live">Vectors in all.</param>
    /// <param name="passing">Vectors that pass.</param>
    /// <param name="ef">Nodes that pass which a walk must find.</param>
    /// <param name="filter">What passes; null for all.</param>
    public static bool PrefersScan(int live, long passing, int ef, IVectorFilter? filter)
    {
        var walk = ComparedPerStep * ef * live / Math.Max(1, passing);
        var scan = (ScanCost * passing) + (filter is null || ListsIds(live, passing, filter) ? 0 : AskCost * live);
        return scan <= walk;
    }

    /// <summary>Comparisons after which a walk is given up.</summary>
    public static int ComparedMax(long passing, int ef) => (int)Math.Min(int.MaxValue, Math.Max(passing, ComparedPerStep * ef * 2));

    /// <summary>Whether to look up the ids that pass instead of asking about each that is stored.</summary>
    public static bool ListsIds(int live, long passing, IVectorFilter filter) => filter.Ids is not null && passing < live / LookUpShare;

    /// <summary>How many vectors pass: as the filter says, or estimated.</summary>
    public static long Passing(NodeTable table, int live, IVectorFilter? filter)
    {
        if (filter is null) return live;
        return filter.Cardinality is { } count ? Math.Min(count, live) : Estimate(table, live, filter);
    }

    private static unsafe long Estimate(NodeTable table, int live, IVectorFilter filter)
    {
        var (asked, passed) = (0, 0);
        var span = (ulong)(table.End - RecordStore.FirstSlot);
        for (var i = 1UL; i <= SampleMax; i++)
        {
            // Multiples of the golden ratio fall everywhere evenly, and in step with nothing that ids are made by.
            var slot = RecordStore.FirstSlot + (int)(((i * 0x9E3779B97F4A7C15) >> 32) * span >> 32);
            if (!table.IsLive(slot)) continue;
            asked++;
            if (filter.Passes(table.Info(slot)->Id)) passed++;
        }

        // One more than was seen: nothing seen does not mean that nothing passes.
        return asked == 0 ? live : Math.Min(live, (long)Math.Ceiling(live * (passed + 1.0) / asked));
    }
}
