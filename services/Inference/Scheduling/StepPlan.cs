using Millrace.Inference.KvCache;

namespace Millrace.Inference.Scheduling;

/// <summary>A run of consecutive tokens of one sequence, computed in one step.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="KvId">Its native sequence during this step.</param>
/// <param name="Start">Index of the first token, which is also its position.</param>
/// <param name="Count">Number of tokens; those beyond the sequence's own are proposed ones.</param>
/// <param name="OutputCount">After how many of them, the last ones, the model's output is wanted.</param>
internal readonly record struct StepEntry(Sequence Sequence, int KvId, int Start, int Count, int OutputCount)
{
    /// <summary>The tokens to compute.</summary>
    public ReadOnlySpan<int> Tokens => Sequence.TokensAndDraft.Slice(Start, Count);

    /// <summary>Whether the run goes to the sequence's end, so that its next token is to be chosen.</summary>
    public bool ReachesEnd => Start + Count >= Sequence.Count;
}

/// <summary>What one step computes. The scheduler reuses one plan, so it is valid until the next.</summary>
internal sealed class StepPlan
{
    private readonly List<StepEntry> _entries = [];
    private readonly List<KvAction> _actions = [];

    /// <summary>What is to be done to the native cache before the step, in order; also when there is nothing to compute.</summary>
    public IReadOnlyList<KvAction> Actions => _actions;

    /// <summary>Runs of tokens; at most one per sequence.</summary>
    public IReadOnlyList<StepEntry> Entries => _entries;

    /// <summary>The adapter that computes all entries; 0 for none.</summary>
    public int Adapter { get; private set; }

    /// <summary>Tokens of all entries together.</summary>
    public int TokenCount { get; private set; }

    /// <summary>Whether there is nothing to compute.</summary>
    public bool IsEmpty => _entries.Count == 0;

    internal void Begin(int adapter)
    {
        _entries.Clear();
        _actions.Clear();
        TokenCount = 0;
        Adapter = adapter;
    }

    internal void Add(StepEntry entry)
    {
        _entries.Add(entry);
        TokenCount += entry.Count;
    }

    /// <summary>Adds proposed tokens to an entry; the output after each is wanted.</summary>
    internal void Extend(int index, int count)
    {
        var entry = _entries[index];
        _entries[index] = entry with { Count = entry.Count + count, OutputCount = entry.OutputCount + count };
        TokenCount += count;
    }

    internal void AddActions(IEnumerable<KvAction> actions) => _actions.AddRange(actions);
}
