using Millrace.Inference.KvCache;
using Millrace.Inference.Scheduling;

namespace Millrace.Inference.Tests.Scheduling;

/// <summary>
/// A native cache as it really behaves, and callers who come, go and change their minds. After every step the scheduler's books must say
/// what the cache holds: the same cells, of the right sequence, computed for the right key.
/// </summary>
internal sealed class SimulatedWorld(int seed, SchedulerLimits limits)
{
    private const int ContextTokens = 200;
    private const int StepsWithoutTurnMax = 12;

    private readonly Random _random = new(seed);
    private readonly List<Sequence> _open = [];
    private readonly Dictionary<int, List<Cell>> _cache = [];
    private readonly Dictionary<KvStash, List<Cell>> _aside = [];
    private readonly Dictionary<Sequence, int> _stepsWithoutTurn = [];
    private readonly int[][] _beginnings =
        [.. Enumerable.Range(0, 5).Select(i => new Random(i).GetItems(Enumerable.Range(0, 100).ToArray(), 20 * (i + 1)))];

    private long _id;
    private int _runningAtStart;

    public Scheduler Scheduler { get; } = new(limits);

    public int Open => _open.Count;

    public int Accepted { get; private set; }

    public int Finished { get; private set; }

    public int Cancelled { get; private set; }

    public int TokensShared { get; private set; }

    public void Step(bool arrivals)
    {
        if (arrivals) Arrive();
        if (_random.Next(40) == 0 && _open.Count > 0) Cancel(_open[_random.Next(_open.Count)]);
        Propose();

        _runningAtStart = Scheduler.Running.Count;
        var plan = Scheduler.Plan();
        CheckPlan(plan);
        foreach (var action in plan.Actions) Apply(action);
        if (_random.Next(100) == 0 && !plan.IsEmpty) Scheduler.Abandon();
        else Run(plan);
        Scheduler.CheckIntegrity();
    }

    private void Arrive()
    {
        for (var i = _random.Next(3); i > 0; i--)
        {
            var sequence = NewSequence();
            var free = limits.QueueDepthMax + limits.SlotsMax - Scheduler.Running.Count - Scheduler.WaitingCount;
            Assert.Equal(free > 0, Scheduler.TryEnqueue([sequence]));
            if (free <= 0) continue;
            _open.Add(sequence);
            Accepted++;
        }
    }

    private Sequence NewSequence()
    {
        var beginning = _beginnings[_random.Next(_beginnings.Length)];
        var rest = _random.Next(1, ContextTokens - beginning.Length - 1);
        int[] prompt = [.. beginning, .. Enumerable.Range(0, rest).Select(_ => _random.Next(100))];
        return new Sequence(++_id, prompt, _random.Next(prompt.Length + 1, ContextTokens + 1))
        {
            Class = (SequenceClass)_random.Next(2),
            FairnessKey = $"tenant {_random.Next(3)}",
            Key = new CacheKey(_random.Next(3), _random.Next(2) == 0 ? "red" : "blue"),
            WantsPromptOutputs = _random.Next(20) == 0,
        };
    }

    private void Propose()
    {
        foreach (var sequence in Scheduler.Running)
            if (sequence is { PendingCount: 1, DraftCount: 0 } && _random.Next(3) == 0)
                sequence.Propose([.. Enumerable.Range(0, _random.Next(6)).Select(_ => _random.Next(100))]);
    }

    private void CheckPlan(StepPlan plan)
    {
        Assert.InRange(plan.TokenCount, Scheduler.IsIdle ? 0 : 1, limits.StepTokensMax);
        Assert.Equal(plan.Entries.Count, plan.Entries.Select(entry => entry.KvId).Distinct().Count());
        Assert.InRange(Scheduler.Cache.Used, 0, limits.KvCells);
        foreach (var entry in plan.Entries)
        {
            Assert.Equal(plan.Adapter, entry.Sequence.Key.Adapter);
            Assert.Equal(entry.Sequence.ComputedCount, entry.Start);
            Assert.True(entry.OutputCount >= (entry.ReachesEnd ? 1 : 0));
        }

        foreach (var sequence in Scheduler.Running.Where(sequence => sequence.PendingCount == 1)) CheckTurn(sequence, plan);
    }

    private void CheckTurn(Sequence sequence, StepPlan plan)
    {
        var hasTurn = plan.Entries.Any(entry => entry.Sequence == sequence);
        Assert.True(hasTurn || sequence.Key.Adapter != plan.Adapter, "A sequence that decodes was left out of its adapter's step.");
        _stepsWithoutTurn[sequence] = hasTurn ? 0 : _stepsWithoutTurn.GetValueOrDefault(sequence) + 1;
        Assert.InRange(_stepsWithoutTurn[sequence], 0, StepsWithoutTurnMax);
    }

    private void Apply(KvAction action)
    {
        if (!_cache.TryGetValue(action.Id, out var held)) _cache[action.Id] = held = [];
        switch (action.Kind)
        {
            case KvActionKind.Truncate: held.RemoveRange(action.Length, Math.Max(0, held.Count - action.Length)); break;
            case KvActionKind.Stash: _aside[action.Stash!] = [.. held]; break;
            case KvActionKind.Share: Fill(held, _cache[action.Source], action.Length); break;
            case KvActionKind.Copy: Fill(held, Fresh(_cache[action.Source]), action.Length); break;
            default: Fill(held, Fresh(_aside[action.Stash!]), action.Length); break;
        }
    }

    private void Fill(List<Cell> empty, List<Cell> source, int length)
    {
        Assert.Empty(empty);
        empty.AddRange(source[..length]);
        TokensShared += length;
    }

    /// <summary>Other cells with the same state.</summary>
    private static List<Cell> Fresh(List<Cell> cells) => [.. cells.Select(cell => new Cell(cell.Token, cell.Key))];

    private void Run(StepPlan plan)
    {
        foreach (var entry in plan.Entries)
        {
            // What the native cache holds for the sequence must be exactly the tokens before this entry, computed for its own key.
            if (!_cache.TryGetValue(entry.KvId, out var held)) _cache[entry.KvId] = held = [];
            Assert.Equal(entry.Sequence.Tokens[..entry.Start].ToArray(), held.Select(cell => cell.Token));
            Assert.All(held, cell => Assert.Equal(entry.Sequence.Key, cell.Key));
            foreach (var token in entry.Tokens) held.Add(new Cell(token, entry.Sequence.Key));
        }

        CheckPlaces(plan);
        Assert.Equal(_cache.Values.SelectMany(cells => cells).Distinct().Count(), Scheduler.Cache.Used);
        Scheduler.Commit();
        foreach (var entry in plan.Entries.Where(entry => entry.ReachesEnd).ToList()) Sample(entry.Sequence);
    }

    /// <summary>Where sequences have cells of their own, none has more than its part, and those that run are neighbours.</summary>
    private void CheckPlaces(StepPlan plan)
    {
        if (limits.SharesCells || plan.IsEmpty) return;
        Assert.All(_cache.Values, held => Assert.InRange(held.Count, 0, limits.KvCells / limits.SlotsMax));
        Assert.All(plan.Entries, entry => Assert.InRange(entry.KvId, 0, Math.Max(_runningAtStart, Scheduler.Running.Count) - 1));
    }

    private void Sample(Sequence sequence)
    {
        Span<int> draft = stackalloc int[16];
        var drafted = sequence.TakeDraft(draft);
        var accepted = _random.Next(drafted + 1);
        for (var i = 0; i <= accepted; i++)
        {
            var ends = _random.Next(30) == 0;
            if (!ends) sequence.Append(i < accepted ? draft[i] : _random.Next(100));
            if (!ends && !sequence.IsFull) continue;
            Finished++;
            Remove(sequence);
            return;
        }

        Scheduler.Settle(sequence);
    }

    private void Cancel(Sequence sequence)
    {
        Cancelled++;
        Remove(sequence);
    }

    private void Remove(Sequence sequence)
    {
        Assert.True(_open.Remove(sequence));
        _stepsWithoutTurn.Remove(sequence);
        Scheduler.Remove(sequence, keep: _random.Next(8) > 0);
    }

    /// <summary>A cell: a class, so that shared ones are the same object.</summary>
    private sealed class Cell(int token, CacheKey key)
    {
        public int Token => token;

        public CacheKey Key => key;
    }
}
