using System.Runtime.InteropServices;
using Millrace.Inference.Detokenization;
using Millrace.Inference.Engine;
using Millrace.Inference.KvCache;
using Millrace.Inference.Scheduling;
using Millrace.LlamaCpp;

namespace Millrace.Inference.Tests.Engine;

/// <summary>
/// A model that is arithmetic: the next token follows from all tokens before, by what its cache really holds, and from the adapter that
/// they
/// were computed with. So an answer is right only if every token reached the right sequence at the right position, whatever was batched,
/// shared, preempted or cancelled on the way. Cells are counted as the native cache does: shared ones once.
/// </summary>
internal sealed class FakeRunner(int kvCells) : ISequenceRunner
{
    public const int VocabularySize = 50;
    public const int End = 0;
    public const int StateBytesPerToken = 8;

    private readonly Dictionary<int, List<Cell>> _cache = [];
    private readonly Dictionary<(int Entry, int Output), float[]> _logits = [];
    private readonly SemaphoreSlim? _gate;

    public FakeRunner(int kvCells, SemaphoreSlim gate)
        : this(kvCells) => _gate = gate;

    public int KvCells { get; } = kvCells;

    public int Steps { get; private set; }

    public int EntriesMax { get; private set; }

    public int TokensComputed { get; private set; }

    public int Stashes { get; private set; }

    public List<int> AdapterOfSteps { get; } = [];

    public bool IsDisposed { get; private set; }

    /// <summary>What the next steps do instead of running.</summary>
    public Queue<Func<RunResult>> Faults { get; } = [];

    public static int NextOf(IEnumerable<int> tokens, int adapter = 0)
    {
        var sum = 17;
        foreach (var token in tokens) sum = unchecked((sum * 31) + token + 1 + (adapter * 7));
        return 1 + (int)((uint)sum % (VocabularySize - 1));
    }

    /// <summary>The answer to a prompt.</summary>
    public static List<int> Answer(IEnumerable<int> prompt, int count, int adapter = 0)
    {
        List<int> tokens = [.. prompt];
        for (var i = 0; i < count; i++) tokens.Add(NextOf(tokens, adapter));
        return tokens[^count..];
    }

    public void Apply(KvAction action)
    {
        Stashes += action.Kind == KvActionKind.Stash ? 1 : 0;
        var held = Held(action.Id);
        switch (action.Kind)
        {
            case KvActionKind.Truncate: held.RemoveRange(action.Length, Math.Max(0, held.Count - action.Length)); break;
            case KvActionKind.Stash: action.Stash!.State = SaveState(action.Id, long.MaxValue); break;
            case KvActionKind.Share: Fill(action, Held(action.Source)); break;
            case KvActionKind.Copy: Fill(action, Read(SaveState(action.Source, long.MaxValue)!)); break;
            default: Fill(action, Read(action.Stash!.State!)); break;
        }
    }

    public RunResult Run(StepPlan plan)
    {
        _gate?.Wait();
        if (Faults.TryDequeue(out var fault)) return fault();
        _logits.Clear();
        for (var i = 0; i < plan.Entries.Count; i++) Run(plan.Entries[i], i, plan.Adapter);
        if (_cache.Values.SelectMany(cells => cells).Distinct().Count() > KvCells)
            throw new InvalidOperationException("The cache overflowed.");
        Steps++;
        AdapterOfSteps.Add(plan.Adapter);
        EntriesMax = Math.Max(EntriesMax, plan.Entries.Count);
        return RunResult.Done;
    }

    public ReadOnlySpan<float> Logits(int entryIndex, int output) => _logits[(entryIndex, output)];

    public byte[]? SaveState(int id, long bytesMax) => Held(id).Count * StateBytesPerToken > bytesMax
        ? null
        : [.. MemoryMarshal.AsBytes<int>(Held(id).SelectMany(cell => new[] { cell.Token, cell.Adapter }).ToArray())];

    public void RestoreState(int id, ReadOnlySpan<byte> state) => Held(id).AddRange(Read(state));

    public void Dispose() => IsDisposed = true;

    private static List<Cell> Read(ReadOnlySpan<byte> state)
    {
        if (state.Length % StateBytesPerToken != 0) throw new LlamaException(LlamaFailure.StateInvalid, "The state is damaged.");
        var numbers = MemoryMarshal.Cast<byte, int>(state).ToArray();
        return [.. numbers.Chunk(2).Select(pair => new Cell(pair[0], pair[1]))];
    }

    private static void RequireEmpty(KvAction action, List<Cell> held)
    {
        if (held.Count > 0) throw new InvalidOperationException($"Sequence {action.Id} is to be filled and is not empty.");
    }

    private void Fill(KvAction action, List<Cell> source)
    {
        RequireEmpty(action, Held(action.Id));
        Held(action.Id).AddRange(source[..action.Length]);
    }

    private List<Cell> Held(int id) => CollectionsMarshal.GetValueRefOrAddDefault(_cache, id, out _) ??= [];

    private void Run(StepEntry entry, int index, int adapter)
    {
        var held = Held(entry.KvId);
        if (held.Count != entry.Start)
            throw new InvalidOperationException($"Sequence {entry.KvId} holds {held.Count} tokens, not {entry.Start}.");
        if (held.Exists(cell => cell.Adapter != adapter))
            throw new InvalidOperationException($"Sequence {entry.KvId} holds what another adapter computed.");
        var tokens = entry.Tokens;
        for (var i = 0; i < tokens.Length; i++)
        {
            held.Add(new Cell(tokens[i], adapter));
            if (i >= tokens.Length - entry.OutputCount) _logits[(index, i - (tokens.Length - entry.OutputCount))] = Output(held, adapter);
        }

        TokensComputed += tokens.Length;
    }

    private static float[] Output(List<Cell> held, int adapter)
    {
        var logits = new float[VocabularySize];
        logits[NextOf(held.Select(cell => cell.Token), adapter)] = 10;
        return logits;
    }

    /// <summary>A cell: a class, so that shared ones are the same object.</summary>
    private sealed class Cell(int token, int adapter)
    {
        public int Token => token;

        public int Adapter => adapter;
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
