using Millrace.VectorIndex.Distance;

namespace Millrace.VectorIndex.Graph;

/// <summary>Compares a query with one node after another, without a walk, and keeps the nearest.</summary>
/// <param name="meter">Compares.</param>
/// <param name="scratch">Holds the batch.</param>
/// <param name="batch">Nodes to compare at a time.</param>
/// <param name="nearest">What is kept.</param>
internal unsafe struct Scan<TSpace>(Meter<TSpace> meter, Scratch scratch, int batch, Candidates nearest)
    where TSpace : struct, ISpace
{
    private int _count;

    /// <summary>Takes a node.</summary>
    public void Add(int slot)
    {
        scratch.BatchSlots[_count++] = slot;
        if (_count == batch) Flush();
    }

    /// <summary>Compares what was taken last.</summary>
    public void Flush()
    {
        meter.Batch(_count);
        for (var i = 0; i < _count; i++)
            if (scratch.BatchDistances[i] < nearest.Bound) nearest.Add(scratch.BatchDistances[i], scratch.BatchSlots[i]);
        _count = 0;
    }
}
