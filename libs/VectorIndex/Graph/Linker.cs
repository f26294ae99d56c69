using Millrace.VectorIndex.Distance;

namespace Millrace.VectorIndex.Graph;

/// <summary>
/// Puts nodes into the graph, from many threads at once. A node's own links are all written before the first link to it, so that who comes
/// to it finds it whole; the list of another node is changed under a lock.
/// </summary>
/// <param name="table">The graph.</param>
/// <param name="space">What makes nodes near.</param>
internal sealed unsafe class Linker<TSpace>(NodeTable table, TSpace space)
    where TSpace : struct, ISpace
{
    private const int Stripes = 1 << 10;

    private readonly Lock[] _stripes = [.. Enumerable.Range(0, Stripes).Select(_ => new Lock())];
    private readonly Lock _entry = new();

    /// <summary>Links a node whose vector is written, and makes it live.</summary>
    public void Link(int slot, Scratch scratch)
    {
        var level = table.Info(slot)->Level;
        var entry = table.Entry;
        var top = entry.IsNone ? -1 : Math.Min(level, entry.Level);
        if (top >= 0) Choose(slot, entry, top, scratch);
        for (var at = 0; at <= top; at++) Write(table.Links(slot, at), scratch.Selected[at], table.Layout.LinksOn(at));
        Volatile.Write(ref table.Info(slot)->State, (byte)SlotState.Live);
        for (var at = top; at >= 0; at--)
            foreach (var neighbour in scratch.Selected[at].Slots) LinkBack(neighbour, slot, at, scratch);
        if (level > entry.Level || entry.IsNone) Raise(new(slot, level));
    }

    /// <summary>Chooses neighbours among what the scratch found: near ones, none nearer to one that was chosen than to the node.</summary>
    /// <param name="found">Candidates, nearest first.</param>
    /// <param name="max">Most neighbours.</param>
    /// <param name="scratch">Whose batch is used.</param>
    /// <param name="chosen">Takes the neighbours.</param>
    public void Select(Candidates found, int max, Scratch scratch, Selection chosen)
    {
        chosen.Clear();
        for (var i = 0; i < found.Count && chosen.Count < max; i++)
        {
            var slot = found.SlotAt(i);
            if (IsNearerToChosen(slot, found.DistanceAt(i), chosen.Count, scratch)) continue;
            scratch.BatchRecords[chosen.Count] = table.Nodes[slot];
            chosen.Add(slot);
        }
    }

    /// <summary>Makes a node's list these neighbours. Readers see old and new ones meanwhile, never anything else.</summary>
    public static void Write(int* links, Selection neighbours, int width)
    {
        var slots = neighbours.Slots;
        for (var i = 0; i < slots.Length; i++) Volatile.Write(ref links[i], slots[i]);
        for (var i = slots.Length; i < width; i++) Volatile.Write(ref links[i], 0);
    }

    private void Choose(int slot, EntryPoint entry, int top, Scratch scratch)
    {
        var walk = new Walk<TSpace>(table, space, scratch, table.Query(slot));
        var near = walk.Descend(entry, top);
        for (var at = top; at >= 0; at--)
        {
            Find(walk, near, at, scratch);
            Select(scratch.Found, table.Layout.UpperLinks, scratch, scratch.Selected[at]);
            if (scratch.Found.Count > 0) near = new(scratch.Found.SlotAt(0), scratch.Found.DistanceAt(0));
        }
    }

    private void Find(Walk<TSpace> walk, Near near, int level, Scratch scratch)
    {
        var ef = table.Layout.Options.EfConstruction;
        if (table.Deleted == 0)
        {
            walk.Search(near, level, ef);
            return;
        }

        walk.SearchPassing(near, level, ef, new LivePass(table), int.MaxValue);
    }

    private bool IsNearerToChosen(int slot, float distance, int chosen, Scratch scratch)
    {
        var query = table.Query(slot);
        var (i, records) = (0, (nint)scratch.BatchRecords);
        for (; i + 4 <= chosen; i += 4)
        {
            var distances = scratch.BatchDistances;
            space.Four(query, (byte**)records + i, distances);
            if (MathF.Min(MathF.Min(distances[0], distances[1]), MathF.Min(distances[2], distances[3])) < distance) return true;
        }

        for (; i < chosen; i++)
            if (space.One(query, ((byte**)records)[i]) < distance) return true;
        return false;
    }

    private void LinkBack(int node, int slot, int level, Scratch scratch)
    {
        lock (_stripes[node & (Stripes - 1)])
        {
            var (links, width) = ((nint)table.Links(node, level), table.Layout.LinksOn(level));
            var count = Count((int*)links, width);
            if (count < width) Volatile.Write(ref ((int*)links)[count], slot);
            else Prune(node, slot, level, scratch);
        }
    }

    private void Prune(int node, int slot, int level, Scratch scratch)
    {
        var width = table.Layout.LinksOn(level);
        var links = table.Links(node, level);
        var meter = new Meter<TSpace>(table.Nodes, space, scratch, table.Query(node));
        for (var i = 0; i < width; i++) scratch.BatchSlots[i] = links[i];
        meter.Batch(width);
        var found = scratch.Best;
        found.Clear(width + 1);
        for (var i = 0; i < width; i++) found.Add(scratch.BatchDistances[i], scratch.BatchSlots[i]);
        found.Add(meter.One(slot), slot);
        Select(found, width, scratch, scratch.Pruned);
        Write(links, scratch.Pruned, width);
    }

    private void Raise(EntryPoint entry)
    {
        lock (_entry)
            if (table.Entry.IsNone || entry.Level > table.Entry.Level) table.Entry = entry;
    }

    /// <summary>How many links a list has.</summary>
    public static int Count(int* links, int width)
    {
        var count = 0;
        while (count < width && links[count] != 0) count++;
        return count;
    }
}
