using Millrace.Inference.KvCache;
using Millrace.Inference.Scheduling;
using Millrace.LlamaCpp;

namespace Millrace.Inference.Engine;

/// <summary>Runs steps on a llama.cpp context.</summary>
internal sealed class NativeRunner : ISequenceRunner
{
    private readonly LlamaContext _context;
    private readonly IAdapterSource _adapters;
    private readonly LlamaMemory _memory;
    private readonly LlamaBatch _batch;
    private readonly int[] _firstOutput;
    private readonly int[] _order;
    private readonly int[] _orderKeys;
    private int _adapter;

    /// <summary>Takes over a context.</summary>
    public NativeRunner(LlamaContext context, IAdapterSource adapters)
    {
        _context = context;
        _adapters = adapters;
        _memory = context.Memory ?? throw new ArgumentException($"{context.Model.Path} has no cache to generate with.", nameof(context));
        _batch = new LlamaBatch(context.BatchTokensMax);
        _firstOutput = new int[context.SequencesMax];
        (_order, _orderKeys) = (new int[context.SequencesMax], new int[context.SequencesMax]);
    }

    /// <inheritdoc/>
    public int KvCells => _context.ContextTokens;

    /// <inheritdoc/>
    public void Apply(KvAction action)
    {
        switch (action.Kind)
        {
            case KvActionKind.Truncate: Truncate(action); break;
            case KvActionKind.Share: Share(action); break;
            case KvActionKind.Stash: Stashed(action).State = Save(action.Id); break;
            case KvActionKind.Copy: Restore(action, Save(action.Source)); break;
            case KvActionKind.Restore: Restore(action, Stashed(action).State); break;
            default: throw new ArgumentOutOfRangeException(nameof(action));
        }
    }

    /// <inheritdoc/>
    public RunResult Run(StepPlan plan)
    {
        UseAdapter(plan.Adapter);
        _batch.Clear();
        foreach (var i in InOrder(plan)) _firstOutput[i] = Add(plan.Entries[i]);
        return _context.Decode(_batch) switch
        {
            DecodeResult.Ok => RunResult.Done,
            DecodeResult.NoCacheSlot => RunResult.NoRoom,
            var other => throw new InvalidOperationException($"A step ended with {other}, which nobody asked for."),
        };
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Logits(int entryIndex, int output) => _context.GetLogits(_firstOutput[entryIndex] + output);

    /// <inheritdoc/>
    public byte[]? SaveState(int id, long bytesMax)
    {
        var sequence = new LlamaSequenceId(id);
        var size = _context.GetStateBytes(sequence);
        if (size > bytesMax) return null;
        var state = GC.AllocateUninitializedArray<byte>((int)size);
        _context.SaveState(sequence, state);
        return state;
    }

    /// <inheritdoc/>
    public void RestoreState(int id, ReadOnlySpan<byte> state) => _context.RestoreState(new LlamaSequenceId(id), state);

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();

    private static KvStash Stashed(KvAction action) =>
        action.Stash ?? throw new ArgumentException("The action has no state.", nameof(action));

    private void Share(KvAction action) =>
        _memory.Copy(new LlamaSequenceId(action.Source), new LlamaSequenceId(action.Id), 0, action.Length);

    private byte[]? Save(int id) => SaveState(id, Array.MaxLength);

    /// <summary>Gives a sequence a state, of which it needs no more than the beginning.</summary>
    private void Restore(KvAction action, byte[]? state)
    {
        RestoreState(action.Id, state);
        Truncate(action);
    }

    private void Truncate(KvAction action)
    {
        if (!_memory.Remove(new LlamaSequenceId(action.Id), action.Length))
            throw new InvalidOperationException($"Sequence {action.Id} could not be cut at {action.Length}.");
    }

    private void UseAdapter(int id)
    {
        if (id == _adapter) return;
        _context.SetAdapters(id == 0 ? [] : [_adapters.Get(id)]);
        _adapter = id;
    }

    /// <summary>
    /// The entries by native sequence: where each has cells of its own, only neighbours in rising order are computed together, and others
    /// one
    /// after another, which takes twice as long.
    /// </summary>
    private ReadOnlySpan<int> InOrder(StepPlan plan)
    {
        var count = plan.Entries.Count;
        for (var i = 0; i < count; i++) (_order[i], _orderKeys[i]) = (i, plan.Entries[i].KvId);
        if (!_context.UnifiedCache) Array.Sort(_orderKeys, _order, 0, count);
        return _order.AsSpan(0, count);
    }

    /// <summary>Adds an entry's tokens to the batch.</summary>
    /// <returns>Index of the first token whose output is wanted; those of the others follow it.</returns>
    private int Add(StepEntry entry)
    {
        var tokens = entry.Tokens;
        var firstOutput = tokens.Length - entry.OutputCount;
        var sequence = new LlamaSequenceId(entry.KvId);
        var start = _batch.Count;
        for (var i = 0; i < tokens.Length; i++) _batch.Add(new LlamaToken(tokens[i]), entry.Start + i, sequence, i >= firstOutput);
        return start + firstOutput;
    }
}
