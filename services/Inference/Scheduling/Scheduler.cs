using Millrace.Inference.KvCache;

namespace Millrace.Inference.Scheduling;

/// <summary>
/// Decides what each step computes. A pure state machine: no clock, no I/O, no native call; the engine alternates
/// <see cref="Plan"/> → run the model → <see cref="Commit"/> → <see cref="Sequence.Append"/> or <see cref="Remove"/>.
/// <para>
/// There are no phases of a request. Every sequence has a token count and a computed count, and all a step does is to let computed counts
/// catch up with token counts. A sequence that is one token behind is decoding; one that is many behind is a new prompt, or was preempted
/// and is computed again. When it has caught up, the model's output is the next token, and it is one behind once more.
/// </para>
/// <para>
/// Each step has a budget of tokens. Decodes go first, oldest first: they cost one token each and somebody reads along. What is left of the
/// budget goes to prompts in chunks, so that a long prompt delays nobody's next token by more than one step. Only then waiting
/// sequences are admitted, and only when the whole prompt and one more token fit into the cells that running sequences do not need for
/// theirs.
/// </para>
/// <para>
/// When a decode finds no free cell, the newest running sequence is preempted: it gives back its slot and cells, keeps its tokens, and is
/// computed again when there is room. The oldest sequence is therefore never held up, which is why everything ends in time.
/// </para>
/// <para>
/// Slots are shared fairly as well. When none is free, one who waits and whose key has clearly less than another's takes over a slot of
/// that
/// other's newest sequence, and an interactive one takes over that of a batch; the one that gives way keeps its state as a cached prefix,
/// and goes on behind it when it has a slot again.
/// </para>
/// <para>
/// A sequence begins with whatever another of its key has computed of the same tokens, and waits for one that is just computing more of
/// them: so several choices of one prompt, or many requests with one system prompt, compute it once.
/// </para>
/// <para>
/// A step computes with one adapter; those that have work take turns. What is left of the budget in the end goes to proposed tokens, which
/// the model judges several at a time.
/// </para>
/// </summary>
internal sealed class Scheduler
{
    /// <summary>
    /// Most prompt tokens whose outputs a step computes for one sequence: each is a row of logits, of up to a megabyte.
    /// </summary>
    private const int PromptOutputsMax = 64;

    /// <summary>Tokens that another sequence must be about to compute for a waiting one to wait for it.</summary>
    private const int PromisedTokensMin = 32;

    private readonly SchedulerLimits _limits;
    private readonly PrefixCache _cache;
    private readonly AdmissionQueue _queue = new();
    private readonly AdapterTurns _turns = new();
    private readonly List<Sequence> _running = [];
    private readonly StepPlan _plan = new();

    /// <summary>Creates a scheduler without sequences.</summary>
    public Scheduler(SchedulerLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.StepTokensMax, limits.SlotsMax);
        _limits = limits;
        _cache = new PrefixCache(new KvCacheLimits
        {
            Cells = limits.KvCells,
            Slots = limits.SlotsMax,
            CachedMax = limits.CachedSequencesMax,
            StashedTokensMax = limits.CachedSequencesMax > 0 ? limits.StashedTokensMax : 0,
            SharesCells = limits.SharesCells,
        });
    }

    /// <summary>The cache.</summary>
    public PrefixCache Cache => _cache;

    /// <summary>Sequences that have a slot, oldest first.</summary>
    public IReadOnlyList<Sequence> Running => _running;

    /// <summary>Sequences that wait.</summary>
    public int WaitingCount => _queue.Count;

    /// <summary>How often a sequence lost its slot.</summary>
    public long PreemptionsTotal { get; private set; }

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsIdle => _running.Count == 0 && _queue.Count == 0;

    private int BudgetLeft => _limits.StepTokensMax - _plan.TokenCount;

    private int SlotsLeft => _limits.SlotsMax - _running.Count;

    /// <summary>Takes in the sequences of one request, all or none.</summary>
    /// <returns>False when they would make the queue longer than it may be.</returns>
    public bool TryEnqueue(IReadOnlyCollection<Sequence> sequences)
    {
        if (_queue.Count + sequences.Count > _limits.QueueDepthMax + SlotsLeft) return false;
        foreach (var sequence in sequences) _queue.Enqueue(sequence);
        return true;
    }

    /// <summary>Plans the next step. The plan must be committed or abandoned before the next.</summary>
    public StepPlan Plan()
    {
        if (SlotsLeft == 0 && _queue.Count > 0) ShareSlots();
        _cache.CloseGaps(_running);
        PlanFor(_turns.Next(AdaptersWithWork()));

        // Those whose turn it is may all wait for cells that others hold: then the turn is the others', and comes back if these give them
        // up.
        for (var left = _plan.IsEmpty ? AdaptersWithWork().Distinct().Count() : 0; left > 0 && _plan.IsEmpty; left--)
            PlanFor(_turns.Next(AdaptersWithWork()));
        _plan.AddActions(_cache.Actions);
        _cache.ClearActions();
        return _plan;
    }

    /// <summary>The planned step was run: its tokens are computed.</summary>
    public void Commit()
    {
        foreach (var entry in _plan.Entries) EntryOf(entry.Sequence).Computed = entry.Start + entry.Count;
    }

    /// <summary>A sequence's proposed tokens were judged: what is computed beyond its last token but one is of no use.</summary>
    public void Settle(Sequence sequence) => _cache.Truncate(EntryOf(sequence), sequence.Count - 1);

    /// <summary>
    /// The planned step was not run, because the cache had less room than it should have: the newest sequence makes some.
    /// </summary>
    /// <returns>False when no more than one sequence runs, which then cannot run at all.</returns>
    public bool Abandon()
    {
        foreach (var entry in _plan.Entries) _cache.Revert(EntryOf(entry.Sequence));
        if (_running.Count <= 1) return false;
        PreemptNewest();
        return true;
    }

    /// <summary>A sequence has ended or is not wanted any more.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="keep">Whether its state is sound and may be of use to others.</param>
    public void Remove(Sequence sequence, bool keep)
    {
        if (sequence.Kv is not { } entry)
        {
            _queue.Remove(sequence);
            return;
        }

        // Proposed tokens that were computed and not confirmed are not part of it.
        _cache.Truncate(entry, Math.Min(entry.Held, sequence.Count));
        _running.Remove(sequence);
        _cache.Close(entry, keep);
        sequence.Evict();
    }

    /// <summary>Checks the conservation laws; for tests.</summary>
    /// <exception cref="InvalidOperationException">One is broken.</exception>
    public void CheckIntegrity()
    {
        _cache.CheckIntegrity();
        if (_running.Count > _limits.SlotsMax || _running.Exists(sequence => sequence.Kv is not { IsRunning: true }))
            throw new InvalidOperationException("A slot is lost or used twice.");
        if (_cache.Entries.Count(entry => entry.IsRunning) != _running.Count)
            throw new InvalidOperationException("An entry runs without a sequence.");
        if (_running.Zip(_running.Skip(1)).Any(pair => pair.First.Id >= pair.Second.Id))
            throw new InvalidOperationException("Running sequences are not in order of arrival.");
        if (_running.Find(sequence => sequence.Kv?.Held != sequence.ComputedCount || sequence.PendingCount < 0) is { } wrong)
            throw new InvalidOperationException($"Sequence {wrong.Id} holds {wrong.Kv?.Held} cells for {wrong.ComputedCount} tokens.");
    }

    private static KvEntry EntryOf(Sequence sequence) =>
        sequence.Kv ?? throw new InvalidOperationException($"Sequence {sequence.Id} was planned without a slot.");

    private IEnumerable<int> AdaptersWithWork()
    {
        foreach (var sequence in _running) yield return sequence.Key.Adapter;
        if (SlotsLeft > 0 && _queue.Peek() is { } next) yield return next.Key.Adapter;
    }

    private void PlanFor(int adapter)
    {
        _plan.Begin(adapter);
        PlanDecodes();
        PlanPrompts();
        AdmitWaiting();
        PlanDrafts();
    }

    private bool IsTurnOf(Sequence sequence) => sequence.Key.Adapter == _plan.Adapter;

    private void PlanDecodes()
    {
        // By index: a preemption takes the newest away, which stands at the end and is never planned before an older one.
        for (var i = 0; i < _running.Count; i++)
        {
            var sequence = _running[i];
            if (sequence.PendingCount != 1 || !IsTurnOf(sequence)) continue;
            while (_cache.Available == 0 && sequence.IsRunning) PreemptNewest();
            if (sequence.IsRunning) Add(sequence, 1);
        }
    }

    private void PlanPrompts()
    {
        foreach (var sequence in _running)
            if (sequence.PendingCount > 1 && IsTurnOf(sequence))
                Add(sequence, ChunkOf(sequence));
    }

    private void AdmitWaiting()
    {
        while (BudgetLeft > 0 && SlotsLeft > 0 && _queue.Peek() is { } next)
        {
            var match = _cache.Match(next);
            if (!HasRoomFor(next, match) || _cache.Promised(next) >= match.Length + PromisedTokensMin) return;
            Admit(next, match);
            if (IsTurnOf(next)) Add(next, ChunkOf(next));
        }
    }

    private void ShareSlots()
    {
        if (FairShare.Find(_running, _queue.FirstOfKeys) is not var (next, victim)) return;

        // Counted as if nothing were shared: a slot must not be taken away for one that then finds no room.
        var needed = _cache.Pinned - KvLedger.PinnedOnlyBy(EntryOf(victim)) + next.Count + 1;
        foreach (var sequence in _running) needed += sequence == victim ? 0 : sequence.Count - EntryOf(sequence).Held;
        if (needed > _cache.Total) return;
        Preempt(victim, keep: true);
        Admit(next, _cache.Match(next));
    }

    private void Admit(Sequence next, PrefixMatch match)
    {
        _queue.Take(next);
        next.Admit(_cache.Open(next, match));
        var index = _running.FindIndex(other => other.Id > next.Id);
        _running.Insert(index < 0 ? _running.Count : index, next);
    }

    private void PlanDrafts()
    {
        for (var i = 0; i < _plan.Entries.Count; i++)
        {
            var (sequence, _, start, count, _) = _plan.Entries[i];
            if (sequence.DraftCount == 0) continue;
            if (start + count == sequence.Count) sequence.CutDraft(Math.Min(sequence.DraftCount, Math.Min(BudgetLeft, _cache.Available)));
            else sequence.CutDraft(0);
            if (sequence.DraftCount == 0) continue;
            _cache.TryExtend(EntryOf(sequence), sequence.DraftCount);
            _plan.Extend(i, sequence.DraftCount);
        }
    }

    /// <summary>Whether all running sequences as they are, this one, and its next token fit together.</summary>
    private bool HasRoomFor(Sequence next, PrefixMatch match)
    {
        var needed = _cache.Pinned + match.NewCells + next.Count + 1 - match.Length;
        foreach (var sequence in _running) needed += sequence.Count - EntryOf(sequence).Held;
        return needed <= _cache.Total;
    }

    private int ChunkOf(Sequence sequence)
    {
        var chunk = Math.Min(sequence.PendingCount, Math.Min(BudgetLeft, _cache.Available));
        return sequence.WantsPromptOutputs ? Math.Min(chunk, PromptOutputsMax) : chunk;
    }

    private void Add(Sequence sequence, int count)
    {
        if (count == 0) return;
        var entry = EntryOf(sequence);
        if (!_cache.TryExtend(entry, count)) throw new InvalidOperationException($"There is no room for {count} tokens.");
        var outputs = sequence.WantsPromptOutputs && sequence.ComputedCount < sequence.PromptCount ? count
            : count == sequence.PendingCount ? 1 : 0;
        _plan.Add(new StepEntry(sequence, entry.Id, sequence.ComputedCount, count, outputs));
    }

    /// <summary>Its cells are what is wanted, so nothing of its state is kept.</summary>
    private void PreemptNewest() => Preempt(_running[^1], keep: false);

    private void Preempt(Sequence victim, bool keep)
    {
        _running.Remove(victim);
        _cache.Close(EntryOf(victim), keep);
        victim.Evict();
        _queue.Return(victim);
        PreemptionsTotal++;
    }
}
