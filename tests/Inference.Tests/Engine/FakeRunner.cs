using Millrace.Inference.Detokenization;
using Millrace.Inference.Engine;
using Millrace.Inference.Scheduling;

namespace Millrace.Inference.Tests.Engine;

/// <summary>
/// A model that is arithmetic: the next token follows from all tokens before, by what its cache really holds. So an answer is right only if
/// every token reached the right slot at the right position, whatever was batched, preempted or cancelled on the way.
/// </summary>
internal sealed class FakeRunner(int slots, int kvCells) : ISequenceRunner
{
    public const int VocabularySize = 50;
    public const int End = 0;

    private readonly List<int>?[] _cache = new List<int>?[slots];
    private readonly Dictionary<int, float[]> _logits = [];
    private readonly SemaphoreSlim? _gate;

    public FakeRunner(int slots, int kvCells, SemaphoreSlim gate)
        : this(slots, kvCells) => _gate = gate;

    public int KvCells { get; } = kvCells;

    public int Steps { get; private set; }

    public int EntriesMax { get; private set; }

    public int Releases { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <summary>What the next steps do instead of running.</summary>
    public Queue<Func<RunResult>> Faults { get; } = [];

    public static int NextOf(IEnumerable<int> tokens)
    {
        var sum = 17;
        foreach (var token in tokens) sum = unchecked((sum * 31) + token + 1);
        return 1 + (int)((uint)sum % (VocabularySize - 1));
    }

    /// <summary>The answer to a prompt.</summary>
    public static List<int> Answer(IEnumerable<int> prompt, int count)
    {
        List<int> tokens = [.. prompt];
        for (var i = 0; i < count; i++) tokens.Add(NextOf(tokens));
        return tokens[^count..];
    }

    public RunResult Run(StepPlan plan)
    {
        _gate?.Wait();
        if (Faults.TryDequeue(out var fault)) return fault();
        _logits.Clear();
        for (var i = 0; i < plan.Entries.Count; i++) Run(plan.Entries[i], i);
        if (_cache.Sum(held => held?.Count ?? 0) > KvCells) throw new InvalidOperationException("The cache overflowed.");
        Steps++;
        EntriesMax = Math.Max(EntriesMax, plan.Entries.Count);
        return RunResult.Done;
    }

    public ReadOnlySpan<float> Logits(int entryIndex) => _logits[entryIndex];

    public void Release(int slot)
    {
        Releases++;
        _cache[slot] = null;
    }

    public void Dispose() => IsDisposed = true;

    private void Run(StepEntry entry, int index)
    {
        var held = _cache[entry.Slot] ??= [];
        if (held.Count != entry.Start)
            throw new InvalidOperationException($"Slot {entry.Slot} holds {held.Count} tokens, not {entry.Start}.");
        held.AddRange(entry.Tokens);
        if (!entry.WantsOutput) return;
        var logits = new float[VocabularySize];
        logits[NextOf(held)] = 10;
        _logits[index] = logits;
    }
}

/// <summary>Each token is one letter; token 0 ends.</summary>
internal sealed class LetterVocabulary : ITokenVocabulary
{
    private static readonly byte[] Letters = [.. Enumerable.Range(0, FakeRunner.VocabularySize).Select(id => (byte)('A' + id))];

    public int Size => FakeRunner.VocabularySize;

    public static string TextOf(IEnumerable<int> tokens) => string.Concat(tokens.Select(token => (char)('A' + token)));

    public bool IsEnd(int token) => token == FakeRunner.End;

    public ReadOnlySpan<byte> Piece(int token) => Letters.AsSpan(token, 1);
}
