using System.Runtime.Intrinsics.X86;
using Millrace.VectorIndex.Graph;
using Millrace.VectorIndex.Storage;

namespace Millrace.VectorIndex.Distance;

/// <summary>Compares a query with records, four at a time, while the next four are on their way from memory.</summary>
/// <param name="records">Where the vectors are.</param>
/// <param name="space">What makes them near.</param>
/// <param name="scratch">Holds the batch: slots in, distances out.</param>
/// <param name="query">The query, in the records' form.</param>
internal readonly unsafe struct Meter<TSpace>(RecordStore records, TSpace space, Scratch scratch, byte* query)
    where TSpace : struct, ISpace
{
    private const int Group = 4;
    private const int Line = 64;

    /// <summary>The distance to one record.</summary>
    public float One(int slot)
    {
        scratch.Compared++;
        return space.One(query, records[slot]);
    }

    /// <summary>The distances of the first slots of the batch.</summary>
    public void Batch(int count)
    {
        var batch = scratch.BatchRecords;
        var distances = scratch.BatchDistances;
        records.Find(scratch.BatchSlots, count, batch);
        scratch.Compared += count;
        Prefetch(batch, 0, Math.Min(Group, count));
        var i = 0;
        for (; i + Group <= count; i += Group)
        {
            Prefetch(batch, i + Group, Math.Min(i + (2 * Group), count));
            space.Four(query, batch + i, distances + i);
        }

        for (; i < count; i++) distances[i] = space.One(query, batch[i]);
    }

    private void Prefetch(byte** batch, int from, int to)
    {
        if (!Sse.IsSupported) return;
        var bytes = space.Bytes;
        for (var i = from; i < to; i++)
        {
            var vector = batch[i] + space.Offset;
            for (var at = 0; at < bytes; at += Line) Sse.Prefetch0(vector + at);
        }
    }
}
