using Millrace.Inference.Scheduling;
using Millrace.LlamaCpp;

namespace Millrace.Inference.Engine;

/// <summary>Runs steps on a llama.cpp context; a slot is a sequence id of the context.</summary>
internal sealed class NativeRunner : ISequenceRunner
{
    private readonly LlamaContext _context;
    private readonly LlamaMemory _memory;
    private readonly LlamaBatch _batch;
    private readonly int[] _outputIndex;

    /// <summary>Takes over a context.</summary>
    public NativeRunner(LlamaContext context)
    {
        _context = context;
        _memory = context.Memory ?? throw new ArgumentException($"{context.Model.Path} has no cache to generate with.", nameof(context));
        _batch = new LlamaBatch(context.BatchTokensMax);
        _outputIndex = new int[context.SequencesMax];
    }

    /// <inheritdoc/>
    public int KvCells => _context.ContextTokens;

    /// <inheritdoc/>
    public RunResult Run(StepPlan plan)
    {
        _batch.Clear();
        for (var i = 0; i < plan.Entries.Count; i++) _outputIndex[i] = Add(plan.Entries[i]);
        return _context.Decode(_batch) switch
        {
            DecodeResult.Ok => RunResult.Done,
            DecodeResult.NoCacheSlot => RunResult.NoRoom,
            var other => throw new InvalidOperationException($"A step ended with {other}, which nobody asked for."),
        };
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Logits(int entryIndex) => _context.GetLogits(_outputIndex[entryIndex]);

    /// <inheritdoc/>
    public void Release(int slot) => _memory.Remove(new LlamaSequenceId(slot));

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();

    private int Add(StepEntry entry)
    {
        var tokens = entry.Tokens;
        var index = 0;
        for (var i = 0; i < tokens.Length; i++)
        {
            var output = entry.WantsOutput && i == tokens.Length - 1;
            index = _batch.Add(new LlamaToken(tokens[i]), entry.Start + i, new LlamaSequenceId(entry.Slot), output);
        }

        return index;
    }
}
