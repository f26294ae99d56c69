namespace Millrace.VectorIndex.Graph;

/// <summary>Turns nodes that were found into answers.</summary>
internal static unsafe class Hits
{
    /// <summary>Writes ids and scores, nearest first.</summary>
    /// <param name="table">The graph.</param>
    /// <param name="best">What was found.</param>
    /// <param name="isQuiet">Whether nothing was written during the search, so that no id can be there twice.</param>
    /// <param name="results">Takes the answers.</param>
    /// <returns>How many there are.</returns>
    public static int Write(NodeTable table, Candidates best, bool isQuiet, Span<VectorHit> results)
    {
        var count = 0;
        for (var i = 0; i < best.Count && count < results.Length; i++)
        {
            var id = table.Info(best.SlotAt(i))->Id;
            if (isQuiet || !Has(results[..count], id)) results[count++] = new(id, -best.DistanceAt(i));
        }

        return count;
    }

    private static bool Has(ReadOnlySpan<VectorHit> hits, long id)
    {
        foreach (var hit in hits)
            if (hit.Id == id) return true;
        return false;
    }
}
