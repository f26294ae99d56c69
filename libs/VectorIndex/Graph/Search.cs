using Millrace.VectorIndex.Distance;
using Millrace.VectorIndex.Filtering;
using Millrace.VectorIndex.Storage;

namespace Millrace.VectorIndex.Graph;

/// <summary>One search: plans it, walks or compares, and scores what codes found again on the vectors.</summary>
/// <param name="table">The graph.</param>
/// <param name="scratch">This search's own.</param>
/// <param name="walkSpace">Of the nodes.</param>
/// <param name="exactSpace">Of the float32 vectors.</param>
internal readonly unsafe struct Search<TWalk, TExact>(NodeTable table, Scratch scratch, TWalk walkSpace, TExact exactSpace)
    where TWalk : struct, ISpace
    where TExact : struct, ISpace
{
    private const int SparseFactor = 2;
    private const int WidenFactor = 4;

    private bool IsCoded => table.Layout.IsCoded;

    private byte* WalkQuery => IsCoded ? (byte*)scratch.Codes : (byte*)scratch.Floats;

    private Meter<TExact> ExactMeter => new(table.Floats ?? table.Nodes, exactSpace, scratch, (byte*)scratch.Floats);

    /// <summary>Finds the nearest.</summary>
    /// <returns>The nearest first, with exact distances; there may be more of them than were asked for.</returns>
    public Candidates Run(in SearchRequest request, out SearchExplanation explanation)
    {
        // Before the entry is read: with none deleted now, no walk from a later entry comes to one that was deleted earlier.
        var hasDeleted = table.Deleted > 0;
        var (live, options) = (table.Live, request.Options);
        var passing = live == 0 ? 0 : Planner.Passing(table, live, options.Filter);
        if (passing == 0) return Nothing(out explanation);

        Prepare(request.Query);
        var ef = Math.Clamp(options.Ef ?? table.Layout.Options.EfSearch, request.K, Math.Max(request.K, live));
        if (options.Exact || Planner.PrefersScan(live, passing, ef, options.Filter))
        {
            var nearest = ScanAll(request.K, options, passing);
            explanation = new(SearchPlan.Scan, scratch.Compared, 0, passing);
            return nearest;
        }

        var isPlain = options.Filter is null && !hasDeleted;
        var isDone = isPlain ? Walk(ef) : WalkPassing(ef, passing, options.Filter);
        if (isDone && scratch.Found.Count >= Math.Min(request.K, passing))
        {
            var found = IsCoded ? Rescore(request.K) : scratch.Found;
            explanation = new(isPlain ? SearchPlan.Graph : SearchPlan.FilteredGraph, scratch.Compared, ef, passing);
            return found;
        }

        var all = ScanAll(request.K, options, passing);
        explanation = new(SearchPlan.GraphThenScan, scratch.Compared, ef, passing);
        return all;
    }

    private Candidates Nothing(out SearchExplanation explanation)
    {
        explanation = new(SearchPlan.Empty, 0, 0, 0);
        scratch.Found.Clear(1);
        return scratch.Found;
    }

    private void Prepare(ReadOnlySpan<float> query)
    {
        _ = VectorForm.WriteFloats(query, table.Layout.Options.Metric, scratch.Floats);
        if (IsCoded) VectorForm.WriteCodes(scratch.Floats, query.Length, scratch.Codes);
    }

    // What is kept of a walk or a scan: with codes, more than is asked for, since they may err in the order.
    private int Kept(int k) =>
        IsCoded ? (int)Math.Min(Math.Ceiling(k * table.Layout.Options.RescoreFactor), Math.Max(k, table.Live)) : k;

    private bool Walk(int ef)
    {
        scratch.Found.Clear(1);
        var entry = table.Entry;
        if (entry.IsNone) return false;
        var walk = new Walk<TWalk>(table, walkSpace, scratch, WalkQuery);
        walk.Search(walk.Descend(entry, 0), 0, ef);
        return true;
    }

    private bool WalkPassing(int ef, long passing, IVectorFilter? filter)
    {
        scratch.Found.Clear(1);
        var entry = table.Entry;
        if (entry.IsNone) return false;
        var walk = new Walk<TWalk>(table, walkSpace, scratch, WalkQuery);
        var (start, max) = (walk.Descend(entry, 0), Planner.ComparedMax(passing, ef));
        return filter is null
            ? walk.SearchPassing(start, 0, ef, new LivePass(table), max)
            : WalkFiltered(walk, start, ef, new FilterPass(table, filter), (passing, max));
    }

    // Where far fewer pass around the query than in all, what passes is on the far side of much that does not, and the walk comes to it by
    // few ways. It is made again, wider.
    private bool WalkFiltered(Walk<TWalk> walk, Near start, int ef, FilterPass pass, (long Passing, int ComparedMax) bounds)
    {
        if (!walk.SearchPassing(start, 0, ef, pass, bounds.ComparedMax)) return false;
        var isSparse = (double)scratch.Passed * table.Live * SparseFactor < (double)scratch.Asked * bounds.Passing;
        return !isSparse || walk.SearchPassing(start, 0, ef * WidenFactor, pass, bounds.ComparedMax);
    }

    private Candidates ScanAll(int k, SearchOptions options, long passing)
    {
        if (!IsCoded || options.Exact) return ScanWith(ExactMeter, k, options.Filter, passing);
        ScanWith(new Meter<TWalk>(table.Nodes, walkSpace, scratch, WalkQuery), Kept(k), options.Filter, passing);
        return Rescore(k);
    }

    private Candidates ScanWith<TSpace>(Meter<TSpace> meter, int keep, IVectorFilter? filter, long passing)
        where TSpace : struct, ISpace
    {
        scratch.Found.Clear(keep);
        var scan = new Scan<TSpace>(meter, scratch, table.Layout.Links, scratch.Found);
        if (filter is not null && Planner.ListsIds(table.Live, passing, filter))
        {
            foreach (var id in filter.Ids!)
                if (table.Slots.TryGetValue(id, out var slot) && table.IsLive(slot)) scan.Add(slot);
        }
        else
        {
            var end = table.End;
            for (var slot = RecordStore.FirstSlot; slot < end; slot++)
                if (table.IsLive(slot) && (filter is null || filter.Passes(table.Info(slot)->Id))) scan.Add(slot);
        }

        scan.Flush();
        return scratch.Found;
    }

    private Candidates Rescore(int k)
    {
        scratch.Best.Clear(k);
        var scan = new Scan<TExact>(ExactMeter, scratch, table.Layout.Links, scratch.Best);
        var count = Math.Min(scratch.Found.Count, Kept(k));
        for (var i = 0; i < count; i++) scan.Add(scratch.Found.SlotAt(i));
        scan.Flush();
        return scratch.Best;
    }
}
