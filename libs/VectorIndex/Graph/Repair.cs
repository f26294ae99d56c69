using Millrace.VectorIndex.Distance;
using Millrace.VectorIndex.Storage;

namespace Millrace.VectorIndex.Graph;

/// <summary>
/// Takes deleted nodes out of the graph. Every list that has a deleted node gets that node's neighbours instead, and is cut as any list is;
/// where too little is left, neighbours are searched anew. Then no link leads to a deleted node, and its slot is retired.
/// </summary>
/// <param name="table">The graph.</param>
/// <param name="space">What makes nodes near.</param>
/// <param name="linker">Chooses neighbours.</param>
internal sealed unsafe class Repair<TSpace>(NodeTable table, TSpace space, Linker<TSpace> linker)
    where TSpace : struct, ISpace
{
    // A list with fewer live links than one in four is not mended but made anew.
    private const int FewShare = 4;

    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = table.Layout.Options.BuildThreads };

    /// <summary>Mends all lists.</summary>
    /// <returns>The slots that no link leads to any more; they are retired.</returns>
    public IReadOnlyList<int> Run(ScratchPool pool)
    {
        var deleted = SlotsIn(SlotState.Deleted);
        if (table.Slots.IsEmpty) table.Entry = default;
        else MendAll(pool);
        foreach (var slot in deleted) Volatile.Write(ref table.Info(slot)->State, (byte)SlotState.Retired);
        table.Deleted = 0;
        return deleted;
    }

    private void MendAll(ScratchPool pool)
    {
        // New links first: a search for them may begin at the old entry.
        Parallel.For(RecordStore.FirstSlot, table.End, _parallel, pool.Take, (slot, _, scratch) => Mend(slot, scratch), pool.Give);
        table.Entry = Highest();
    }

    private Scratch Mend(int slot, Scratch scratch)
    {
        if (!table.IsLive(slot)) return scratch;
        for (var level = 0; level <= table.Info(slot)->Level; level++)
            if (HasDeleted(slot, level)) MendList(slot, level, scratch);
        return scratch;
    }

    private bool HasDeleted(int slot, int level)
    {
        var links = table.Links(slot, level);
        var count = Linker<TSpace>.Count(links, table.Layout.LinksOn(level));
        for (var i = 0; i < count; i++)
            if (!table.IsLive(links[i])) return true;
        return false;
    }

    private void MendList(int slot, int level, Scratch scratch)
    {
        var width = table.Layout.LinksOn(level);
        var candidates = Inherited(slot, level);
        if (candidates.Count * FewShare < width && SearchAnew(slot, level, scratch)) return;

        var meter = new Meter<TSpace>(table.Nodes, space, scratch, table.Query(slot));
        scratch.Found.Clear(Math.Max(1, candidates.Count));
        foreach (var candidate in candidates) scratch.Found.Add(meter.One(candidate), candidate);
        linker.Select(scratch.Found, width, scratch, scratch.Pruned);
        Linker<TSpace>.Write(table.Links(slot, level), scratch.Pruned, width);
    }

    // The live neighbours, and those that the deleted ones led to.
    private HashSet<int> Inherited(int slot, int level)
    {
        var candidates = new HashSet<int>();
        var links = table.Links(slot, level);
        var width = table.Layout.LinksOn(level);
        for (var i = 0; i < width && links[i] != 0; i++)
        {
            if (table.IsLive(links[i])) candidates.Add(links[i]);
            else AddLive(links[i], level, candidates);
        }

        candidates.Remove(slot);
        return candidates;
    }

    private void AddLive(int deleted, int level, HashSet<int> candidates)
    {
        var links = table.Links(deleted, level);
        var width = table.Layout.LinksOn(level);
        for (var i = 0; i < width && links[i] != 0; i++)
            if (table.IsLive(links[i])) candidates.Add(links[i]);
    }

    private bool SearchAnew(int slot, int level, Scratch scratch)
    {
        var entry = table.Entry;
        if (entry.Level < level) return false;
        var walk = new Walk<TSpace>(table, space, scratch, table.Query(slot));
        var near = walk.Descend(entry, level);
        var ef = table.Layout.Options.EfConstruction;
        walk.SearchPassing(near, level, ef, new OtherPass(table, slot), int.MaxValue);
        linker.Select(scratch.Found, table.Layout.LinksOn(level), scratch, scratch.Pruned);
        Linker<TSpace>.Write(table.Links(slot, level), scratch.Pruned, table.Layout.LinksOn(level));
        return true;
    }

    private EntryPoint Highest()
    {
        var highest = default(EntryPoint);
        for (var slot = RecordStore.FirstSlot; slot < table.End; slot++)
            if (table.IsLive(slot) && (highest.IsNone || table.Info(slot)->Level > highest.Level))
                highest = new(slot, table.Info(slot)->Level);
        return highest;
    }

    private List<int> SlotsIn(SlotState state)
    {
        var slots = new List<int>();
        for (var slot = RecordStore.FirstSlot; slot < table.End; slot++)
            if (table.Info(slot)->State == (byte)state) slots.Add(slot);
        return slots;
    }

    /// <summary>Live nodes but one.</summary>
    private readonly struct OtherPass(NodeTable table, int self) : IPass
    {
        public bool Passes(int slot) => slot != self && table.IsLive(slot);
    }
}
