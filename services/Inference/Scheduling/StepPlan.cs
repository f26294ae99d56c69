namespace Millrace.Inference.Scheduling;

/// <summary>A run of consecutive tokens of one sequence, computed in one step.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="Slot">Its slot during this step.</param>
/// <param name="Start">Index of the first token, which is also its position.</param>
/// <param name="Count">Number of tokens.</param>
/// <param name="WantsOutput">Whether the run ends with the sequence's last token, so that the next one is to be sampled.</param>
internal readonly record struct StepEntry(Sequence Sequence, int Slot, int Start, int Count, bool WantsOutput)
{
    /// <summary>The tokens to compute.</summary>
    public ReadOnlySpan<int> Tokens => Sequence.Tokens.Slice(Start, Count);
}

/// <summary>What one step computes. The scheduler reuses one plan, so it is valid until the next.</summary>
internal sealed class StepPlan
{
    private readonly List<StepEntry> _entries = [];
    private readonly List<int> _evictedSlots = [];

    /// <summary>Runs of tokens; at most one per sequence.</summary>
    public IReadOnlyList<StepEntry> Entries => _entries;

    /// <summary>Slots whose cells must be emptied before the step, because their sequence was preempted.</summary>
    public IReadOnlyList<int> EvictedSlots => _evictedSlots;

    /// <summary>Tokens of all entries together.</summary>
    public int TokenCount { get; private set; }

    /// <summary>Whether there is nothing to compute.</summary>
    public bool IsEmpty => _entries.Count == 0;

    internal void Add(StepEntry entry)
    {
        _entries.Add(entry);
        TokenCount += entry.Count;
    }

    internal void AddEvicted(int slot) => _evictedSlots.Add(slot);

    internal void Clear()
    {
        _entries.Clear();
        _evictedSlots.Clear();
        TokenCount = 0;
    }
}
