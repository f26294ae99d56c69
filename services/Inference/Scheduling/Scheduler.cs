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
/// </summary>
internal sealed class Scheduler
{
    private readonly SchedulerLimits _limits;
    private readonly KvCells _cells;
    private readonly AdmissionQueue _queue = new();
    private readonly List<Sequence> _running = [];
    private readonly Stack<int> _freeSlots;
    private readonly StepPlan _plan = new();

    /// <summary>Creates a scheduler without sequences.</summary>
    public Scheduler(SchedulerLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.StepTokensMax, limits.SlotsMax);
        _limits = limits;
        _cells = new KvCells(limits.KvCells);
        _freeSlots = new Stack<int>(Enumerable.Range(0, limits.SlotsMax).Reverse());
    }

    /// <summary>Sequences that have a slot, oldest first.</summary>
    public IReadOnlyList<Sequence> Running => _running;

    /// <summary>Sequences that wait.</summary>
    public int WaitingCount => _queue.Count;

    /// <summary>Cells in use.</summary>
    public int CellsUsed => _cells.Used;

    /// <summary>All cells.</summary>
    public int CellsTotal => _cells.Total;

    /// <summary>How often a sequence lost its slot.</summary>
    public long PreemptionsTotal { get; private set; }

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsIdle => _running.Count == 0 && _queue.Count == 0;

    /// <summary>Takes in the sequences of one request, all or none.</summary>
    /// <returns>False when they would make the queue longer than it may be.</returns>
    public bool TryEnqueue(IReadOnlyCollection<Sequence> sequences)
    {
        if (_queue.Count + sequences.Count > _limits.QueueDepthMax + _freeSlots.Count) return false;
        foreach (var sequence in sequences) _queue.Enqueue(sequence);
        return true;
    }

    /// <summary>Plans the next step. The plan must be committed or abandoned before the next.</summary>
    public StepPlan Plan()
    {
        _plan.Clear();
        PlanDecodes();
        PlanPrompts();
        AdmitWaiting();
        return _plan;
    }

    /// <summary>The planned step was run: its tokens are computed.</summary>
    public void Commit()
    {
        foreach (var entry in _plan.Entries) entry.Sequence.Advance(entry.Count);
    }

    /// <summary>
    /// The planned step was not run, because the cache had less room than it should have: the newest sequence makes some.
    /// </summary>
    /// <returns>The slot to empty; null when no more than one sequence runs, which then cannot run at all.</returns>
    public int? Abandon()
    {
        foreach (var entry in _plan.Entries) _cells.Return(entry.Sequence, entry.Count);
        return _running.Count > 1 ? PreemptNewest() : null;
    }

    /// <summary>A sequence has ended or is not wanted any more.</summary>
    /// <returns>The slot to empty, if it had one.</returns>
    public int? Remove(Sequence sequence)
    {
        if (sequence.Slot is not { } slot)
        {
            _queue.Remove(sequence);
            return null;
        }

        _running.Remove(sequence);
        Evict(sequence, slot);
        return slot;
    }

    /// <summary>Checks the conservation laws; for tests.</summary>
    /// <exception cref="InvalidOperationException">One is broken.</exception>
    public void CheckIntegrity()
    {
        _cells.CheckIntegrity(_running.Count);
        var slots = _running.Select(sequence => sequence.Slot ?? -1).Concat(_freeSlots).Order();
        if (!slots.SequenceEqual(Enumerable.Range(0, _limits.SlotsMax)))
            throw new InvalidOperationException("A slot is lost or used twice.");
        if (_running.Zip(_running.Skip(1)).Any(pair => pair.First.Id >= pair.Second.Id))
            throw new InvalidOperationException("Running sequences are not in order of arrival.");
        if (_running.Find(sequence => _cells.HeldBy(sequence) != sequence.ComputedCount || sequence.PendingCount < 0) is { } wrong)
            throw new InvalidOperationException(
                $"Sequence {wrong.Id} holds {_cells.HeldBy(wrong)} cells for {wrong.ComputedCount} tokens.");
    }

    private int BudgetLeft => _limits.StepTokensMax - _plan.TokenCount;

    private void PlanDecodes()
    {
        // By index: a preemption takes the newest away, which stands at the end and is never planned before an older one.
        for (var i = 0; i < _running.Count; i++)
        {
            var sequence = _running[i];
            if (sequence.PendingCount != 1) continue;
            while (_cells.Free == 0 && sequence.Slot is not null) _plan.AddEvicted(PreemptNewest());
            if (sequence.Slot is not null) Add(sequence, 1);
        }
    }

    private void PlanPrompts()
    {
        foreach (var sequence in _running)
            if (sequence.PendingCount > 1)
                Add(sequence, ChunkOf(sequence));
    }

    private void AdmitWaiting()
    {
        while (BudgetLeft > 0 && _freeSlots.Count > 0 && _queue.Peek() is { } next && HasRoomFor(next))
        {
            _queue.Dequeue();
            next.Admit(_freeSlots.Pop());
            var index = _running.FindIndex(other => other.Id > next.Id);
            _running.Insert(index < 0 ? _running.Count : index, next);
            Add(next, ChunkOf(next));
        }
    }

    /// <summary>Whether all running sequences as they are, this one, and its next token fit together.</summary>
    private bool HasRoomFor(Sequence next)
    {
        var needed = next.Count + 1;
        foreach (var sequence in _running) needed += sequence.Count;
        return needed <= _cells.Total;
    }

    private int ChunkOf(Sequence sequence) => Math.Min(sequence.PendingCount, Math.Min(BudgetLeft, _cells.Free));

    private void Add(Sequence sequence, int count)
    {
        if (count == 0) return;
        var slot = sequence.Slot ?? throw new InvalidOperationException($"Sequence {sequence.Id} was planned without a slot.");
        _cells.Take(sequence, count);
        _plan.Add(new StepEntry(sequence, slot, sequence.ComputedCount, count, count == sequence.PendingCount));
    }

    private int PreemptNewest()
    {
        var newest = _running[^1];
        var slot = newest.Slot ?? throw new InvalidOperationException($"Sequence {newest.Id} runs without a slot.");
        _running.RemoveAt(_running.Count - 1);
        Evict(newest, slot);
        _queue.Return(newest);
        PreemptionsTotal++;
        return slot;
    }

    private void Evict(Sequence sequence, int slot)
    {
        _cells.Release(sequence);
        _freeSlots.Push(slot);
        sequence.Evict();
    }
}
