using Millrace.Inference.Scheduling;

namespace Millrace.Inference.Tests.Scheduling;

/// <summary>
/// Thousands of steps with arrivals, ends, cancellations and failed steps, all from a seed; the conservation laws hold after each.
/// </summary>
public sealed class SchedulerSimulationTests
{
    private const int Steps = 4000;

    public static TheoryData<int, int, int, int> Worlds => new()
    {
        // seed, slots, cells, step tokens
        { 1, 8, 2048, 512 },
        { 2, 4, 300, 64 },
        { 3, 1, 256, 16 },
        { 4, 16, 512, 16 },
        { 5, 8, 260, 300 },
        { 6, 3, 1000, 7 },
    };

    [Theory]
    [MemberData(nameof(Worlds))]
    public void Simulation_AnyWorld_LosesNothing(int seed, int slots, int cells, int stepTokens)
    {
        var limits = new SchedulerLimits { SlotsMax = slots, QueueDepthMax = 64, KvCells = cells, StepTokensMax = stepTokens };
        var world = new World(seed, limits);

        for (var step = 0; step < Steps; step++) world.Step(arrivals: true);
        var toDrain = world.Open;
        for (var step = 0; step < 1_000_000 && world.Open > 0; step++) world.Step(arrivals: false);

        Assert.True(toDrain > 0, "Nothing was left to drain: the world was not loaded.");
        Assert.Equal(0, world.Open);
        Assert.Equal(world.Accepted, world.Finished + world.Cancelled);
        Assert.True(world.Finished > 50, $"Only {world.Finished} sequences finished.");
        Assert.True(world.Scheduler.IsIdle);
        Assert.Equal(0, world.Scheduler.CellsUsed);
    }

    [Fact]
    public void Simulation_SmallCache_PreemptsAndStillFinishes()
    {
        var world = new World(7, new SchedulerLimits { SlotsMax = 8, QueueDepthMax = 64, KvCells = 256, StepTokensMax = 64 });

        for (var step = 0; step < Steps; step++) world.Step(arrivals: true);

        Assert.True(world.Scheduler.PreemptionsTotal > 20, $"{world.Scheduler.PreemptionsTotal} preemptions.");
        Assert.True(world.Finished > 50);
    }

    private sealed class World(int seed, SchedulerLimits limits)
    {
        private const int ContextTokens = 200;

        private readonly Random _random = new(seed);
        private readonly List<Sequence> _open = [];
        private readonly Dictionary<int, List<int>> _cache = [];
        private long _id;

        public Scheduler Scheduler { get; } = new(limits);

        public int Open => _open.Count;

        public int Accepted { get; private set; }

        public int Finished { get; private set; }

        public int Cancelled { get; private set; }

        public void Step(bool arrivals)
        {
            if (arrivals) Arrive();
            if (_random.Next(40) == 0 && _open.Count > 0) Cancel(_open[_random.Next(_open.Count)]);
            var oldest = Scheduler.Running.Count > 0 ? Scheduler.Running[0] : null;
            var before = oldest?.ComputedCount;

            var plan = Scheduler.Plan();
            CheckPlan(plan);
            foreach (var slot in plan.EvictedSlots) _cache.Remove(slot);
            if (_random.Next(100) == 0 && !plan.IsEmpty)
            {
                if (Scheduler.Abandon() is { } slot) _cache.Remove(slot);
            }
            else
            {
                Run(plan);
                if (oldest is { PendingCount: 1 } && before is not null) Assert.True(oldest.ComputedCount >= before);
            }

            Scheduler.CheckIntegrity();
        }

        private void Arrive()
        {
            for (var i = _random.Next(3); i > 0; i--)
            {
                var prompt = Enumerable.Range(0, _random.Next(1, ContextTokens - 1)).Select(_ => _random.Next(100)).ToArray();
                var sequence = new Sequence(++_id, prompt, _random.Next(prompt.Length + 1, ContextTokens + 1))
                {
                    Class = (SequenceClass)_random.Next(2),
                    FairnessKey = $"tenant {_random.Next(3)}",
                };
                var free = limits.QueueDepthMax + limits.SlotsMax - Scheduler.Running.Count - Scheduler.WaitingCount;
                Assert.Equal(free > 0, Scheduler.TryEnqueue([sequence]));
                if (free <= 0) continue;
                _open.Add(sequence);
                Accepted++;
            }
        }

        private void CheckPlan(StepPlan plan)
        {
            Assert.InRange(plan.TokenCount, Scheduler.IsIdle ? 0 : 1, limits.StepTokensMax);
            Assert.Equal(plan.Entries.Count, plan.Entries.Select(entry => entry.Slot).Distinct().Count());
            Assert.InRange(Scheduler.CellsUsed, 0, limits.KvCells);
            foreach (var entry in plan.Entries)
            {
                Assert.Equal(entry.Sequence.ComputedCount, entry.Start);
                Assert.Equal(entry.Start + entry.Count == entry.Sequence.Count, entry.WantsOutput);
            }

            var decodes = Scheduler.Running.Where(sequence => sequence.PendingCount == 1);
            Assert.All(decodes, sequence => Assert.Contains(plan.Entries, entry => entry.Sequence == sequence));
        }

        private void Run(StepPlan plan)
        {
            foreach (var entry in plan.Entries)
            {
                // What the native cache would hold for the slot must be exactly the tokens before this entry.
                if (!_cache.TryGetValue(entry.Slot, out var held)) _cache[entry.Slot] = held = [];
                Assert.True(held.SequenceEqual(entry.Sequence.Tokens[..entry.Start].ToArray()), "A slot holds tokens of another sequence.");
                held.AddRange(entry.Tokens);
            }

            Scheduler.Commit();
            foreach (var entry in plan.Entries)
                if (entry.WantsOutput)
                    Sample(entry.Sequence);
        }

        private void Sample(Sequence sequence)
        {
            var ends = _random.Next(30) == 0;
            if (!ends) sequence.Append(_random.Next(100));
            if (!ends && !sequence.IsFull) return;
            Finished++;
            Remove(sequence);
        }

        private void Cancel(Sequence sequence)
        {
            Cancelled++;
            Remove(sequence);
        }

        private void Remove(Sequence sequence)
        {
            Assert.True(_open.Remove(sequence));
            if (Scheduler.Remove(sequence) is { } slot) _cache.Remove(slot);
        }
    }
}
