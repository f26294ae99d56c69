using System.Numerics.Tensors;
using Millrace.VectorIndex.Distance;

namespace Millrace.VectorIndex.Graph;

/// <summary>Makes engines.</summary>
internal static class Engine
{
    /// <summary>The engine for what the options ask for, compiled for its kind of vector.</summary>
    public static IEngine Create(VectorIndexOptions options)
    {
        var layout = new NodeLayout(options);
        var (offset, floats, codes) = (layout.VectorOffset, layout.FloatLength, VectorForm.CodeLength(options.Dimension));
        return (layout.IsCoded, options.Metric == Metric.L2) switch
        {
            (false, false) => Of<FloatProductSpace, FloatProductSpace>(layout, new(offset, floats), new(offset, floats)),
            (false, true) => Of<FloatSquareSpace, FloatSquareSpace>(layout, new(offset, floats), new(offset, floats)),
            (true, false) => Of<CodeProductSpace, FloatProductSpace>(layout, new(offset, codes), new(0, floats)),
            (true, true) => Of<CodeSquareSpace, FloatSquareSpace>(layout, new(offset, codes), new(0, floats)),
        };
    }

    private static Engine<TWalk, TExact> Of<TWalk, TExact>(NodeLayout layout, TWalk walk, TExact exact)
        where TWalk : struct, ISpace
        where TExact : struct, ISpace => new(new NodeTable(layout), walk, exact);
}

/// <summary>A graph that is walked in one space, with distances that are told in another.</summary>
/// <param name="table">The memory.</param>
/// <param name="walkSpace">Of the nodes.</param>
/// <param name="exactSpace">Of the float32 vectors; the same where nodes have those.</param>
internal sealed unsafe class Engine<TWalk, TExact>(NodeTable table, TWalk walkSpace, TExact exactSpace) : IEngine
    where TWalk : struct, ISpace
    where TExact : struct, ISpace
{
    // The first nodes are linked one by one: threads that began with nothing would each build a graph of their own.
    private const int AloneMax = 256;
    private const int DeletedMin = 64;

    private readonly ScratchPool _pool = new(table.Layout);
    private readonly Linker<TWalk> _linker = new(table, walkSpace);
    private readonly LevelSource _levels = new(table.Layout.Options);
    private readonly Queue<(long Epoch, IReadOnlyList<int> Slots)> _retired = new();
    private long _writes;

    /// <inheritdoc/>
    public NodeTable Table => table;

    /// <inheritdoc/>
    public PlanCounters Plans { get; } = new();

    private VectorIndexOptions Options => table.Layout.Options;

    /// <inheritdoc/>
    public void Put(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors)
    {
        MakeRoom(ids.Length);
        Interlocked.Increment(ref _writes);
        var slots = new int[ids.Length];
        var scratch = _pool.Take();
        for (var i = 0; i < slots.Length; i++)
            slots[i] = Write(ids[i], vectors.Slice(i * Options.Dimension, Options.Dimension), scratch);

        var alone = Math.Clamp(AloneMax - table.Live, 0, slots.Length);
        if (Options.BuildThreads == 1 || slots.Length == 1) alone = slots.Length;
        for (var i = 0; i < alone; i++) LinkAndPublish(slots[i], scratch);
        _pool.Give(scratch);
        LinkTogether(slots.AsMemory(alone));
        Interlocked.Increment(ref _writes);
        RepairIfDue();
    }

    /// <inheritdoc/>
    public int Remove(ReadOnlySpan<long> ids)
    {
        var count = 0;
        foreach (var id in ids) count += table.Forget(id) ? 1 : 0;

        RepairIfDue();
        return count;
    }

    /// <inheritdoc/>
    public int Search(in SearchRequest request, Span<VectorHit> results, out SearchExplanation explanation)
    {
        var scratch = _pool.Take();
        try
        {
            var writes = Interlocked.Read(ref _writes);
            var search = new Search<TWalk, TExact>(table, scratch, walkSpace, exactSpace);
            var nearest = search.Run(request, out explanation);
            Plans.Count(explanation.Plan);

            // A vector that is being replaced is there twice for a moment.
            var isQuiet = (writes & 1) == 0 && writes == Interlocked.Read(ref _writes);
            return Hits.Write(table, nearest, isQuiet, results[..Math.Min(request.K, results.Length)]);
        }
        finally
        {
            _pool.Give(scratch);
        }
    }

    /// <inheritdoc/>
    public bool TryGet(long id, Span<float> vector)
    {
        var scratch = _pool.Take();
        try
        {
            if (!table.Slots.TryGetValue(id, out var slot)) return false;
            var stored = new ReadOnlySpan<float>(table.Vector(slot), Options.Dimension);
            TensorPrimitives.Multiply(stored, table.Info(slot)->Norm, vector);
            return true;
        }
        finally
        {
            _pool.Give(scratch);
        }
    }

    /// <inheritdoc/>
    public void Repair()
    {
        if (table.Deleted > 0)
        {
            var slots = new Repair<TWalk>(table, walkSpace, _linker).Run(_pool);
            _retired.Enqueue((_pool.NextEpoch(), slots));
        }

        Reclaim();
    }

    /// <inheritdoc/>
    public void WaitForReaders()
    {
        var epoch = _pool.NextEpoch();
        for (var spin = default(SpinWait); !_pool.HasPassed(epoch);) spin.SpinOnce();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pool.Close();
        WaitForReaders();
        table.Dispose();
    }

    private int Write(long id, ReadOnlySpan<float> vector, Scratch scratch)
    {
        var slot = table.Take(id, _levels.Next());
        var floats = scratch.Floats;
        table.Info(slot)->Norm = VectorForm.WriteFloats(vector, Options.Metric, floats);
        new ReadOnlySpan<float>(floats, table.Layout.FloatLength).CopyTo(new(table.Vector(slot), table.Layout.FloatLength));
        if (table.Layout.IsCoded) VectorForm.WriteCodes(floats, Options.Dimension, (sbyte*)table.Query(slot));
        return slot;
    }

    private void LinkTogether(ReadOnlyMemory<int> slots)
    {
        if (slots.IsEmpty) return;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Options.BuildThreads };
        Parallel.For(0, slots.Length, parallel, _pool.Take, (i, _, scratch) => LinkAndPublish(slots.Span[i], scratch), _pool.Give);
    }

    private Scratch LinkAndPublish(int slot, Scratch scratch)
    {
        _linker.Link(slot, scratch);
        table.Publish(table.Info(slot)->Id, slot);
        return scratch;
    }

    private void RepairIfDue()
    {
        var deleted = table.Deleted;
        var live = table.Live;
        if (live == 0 || (deleted > DeletedMin && deleted > (live + deleted) * Options.DeletedShareMax)) Repair();
        else Reclaim();
    }

    private void MakeRoom(int count)
    {
        if (table.HasRoom(count)) return;
        Repair();
        WaitForReaders();
        Reclaim();
    }

    private void Reclaim()
    {
        while (_retired.TryPeek(out var retired) && _pool.HasPassed(retired.Epoch))
        {
            foreach (var slot in retired.Slots) table.Give(slot);
            _retired.Dequeue();
        }
    }
}
