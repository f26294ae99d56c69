using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Millrace.VectorIndex.Distance;

namespace Millrace.VectorIndex.Graph;

/// <summary>
/// Walks over the graph toward a query. No locks: a list of links may change under a walk, but each link is one word and leads to a node
/// whose vector is whole, and no slot gets another vector while a walk may stand on it.
/// </summary>
/// <param name="table">The graph.</param>
/// <param name="space">What makes nodes near.</param>
/// <param name="scratch">This walk's own.</param>
/// <param name="query">The query, in the form of the nodes' vectors.</param>
internal readonly unsafe struct Walk<TSpace>(NodeTable table, TSpace space, Scratch scratch, byte* query)
    where TSpace : struct, ISpace
{
    private readonly Meter<TSpace> _meter = new(table.Nodes, space, scratch, query);

    /// <summary>Goes to the nearest node, step by step, on levels from the entry's down to one above <paramref name="level"/>.</summary>
    public Near Descend(EntryPoint entry, int level)
    {
        var near = new Near(entry.Slot, _meter.One(entry.Slot));
        for (var at = entry.Level; at > level; at--)
        {
            var seen = Begin(near, out var mark);
            for (var next = Nearest(near, at, seen, mark); next.Slot != near.Slot; next = Nearest(near, at, seen, mark)) near = next;
        }

        return near;
    }

    /// <summary>Finds the nearest nodes of a level, deleted ones as well, into the scratch.</summary>
    /// <param name="start">Where to begin.</param>
    /// <param name="level">The level.</param>
    /// <param name="ef">How many to keep.</param>
    public void Search(Near start, int level, int ef)
    {
        var found = scratch.Found;
        var seen = Begin(start, out var mark);
        found.Clear(ef);
        found.Add(start.Distance, start.Slot);
        for (int slot; (slot = found.TakeNext()) != 0;)
        {
            var count = Gather(slot, level, seen, mark);
            _meter.Batch(count);
            var distances = scratch.BatchDistances;
            for (var i = 0; i < count; i++)
                if (distances[i] < found.Bound) found.Add(distances[i], scratch.BatchSlots[i]);
            if (Sse.IsSupported && found.PeekNext() is not 0 and var next) Sse.Prefetch0(table.Nodes[next]);
        }
    }

    /// <summary>
    /// Finds the nearest nodes of a level that pass, into the scratch. The walk goes over nodes that do not pass too, so the fewer pass,
    /// the further it goes: with one in ten, ten times as far.
    /// </summary>
    /// <param name="start">Where to begin.</param>
    /// <param name="level">The level.</param>
    /// <param name="ef">How many that pass to keep.</param>
    /// <param name="pass">What passes.</param>
    /// <param name="comparedMax">Comparisons after which to give up.</param>
    /// <returns>Whether the walk came to its end.</returns>
    public bool SearchPassing<TPass>(Near start, int level, int ef, TPass pass, int comparedMax)
        where TPass : struct, IPass
    {
        var (found, frontier) = (scratch.Found, scratch.Frontier);
        var seen = Begin(start, out var mark);
        found.Clear(ef);
        frontier.Clear();
        (scratch.Asked, scratch.Passed) = (0, 0);
        Keep(start.Distance, start.Slot, pass);
        while (frontier.TryTake(out var distance, out var slot) && distance <= found.Bound)
        {
            if (scratch.Compared > comparedMax) return false;
            var count = Gather(slot, level, seen, mark);
            _meter.Batch(count);
            for (var i = 0; i < count; i++) Keep(scratch.BatchDistances[i], scratch.BatchSlots[i], pass);
        }

        return true;
    }

    private void Keep<TPass>(float distance, int slot, TPass pass)
        where TPass : struct, IPass
    {
        if (distance >= scratch.Found.Bound) return;
        scratch.Frontier.Add(distance, slot);
        scratch.Asked++;
        if (!pass.Passes(slot)) return;
        scratch.Passed++;
        scratch.Found.Add(distance, slot);
    }

    private byte[] Begin(Near start, out byte mark)
    {
        var seen = scratch.BeginWalk(table.End, out mark);
        seen[start.Slot] = mark;
        return seen;
    }

    private Near Nearest(Near from, int level, byte[] seen, byte mark)
    {
        var count = Gather(from.Slot, level, seen, mark);
        _meter.Batch(count);
        for (var i = 0; i < count; i++)
            if (scratch.BatchDistances[i] < from.Distance) from = new(scratch.BatchSlots[i], scratch.BatchDistances[i]);
        return from;
    }

    // Whether a neighbour was seen is as good as random, so it is counted, not jumped over.
    private int Gather(int slot, int level, byte[] seen, byte mark)
    {
        var links = table.Links(slot, level);
        var batch = scratch.BatchSlots;
        var (width, limit) = (table.Layout.LinksOn(level), scratch.SlotLimit);
        ref var first = ref MemoryMarshal.GetArrayDataReference(seen);
        var count = 0;
        for (var i = 0; i < width; i++)
        {
            var neighbour = links[i];
            neighbour = neighbour < limit ? neighbour : 0;
            ref var state = ref Unsafe.Add(ref first, neighbour);
            batch[count] = neighbour;
            count += state != mark ? 1 : 0;
            state = mark;
        }

        return count;
    }
}
